/** The compiled kernels; the module itself is written by build.mjs. */
export const wasmBase64: string;
