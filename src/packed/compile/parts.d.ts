// Written by build.mjs.
/** The binary of kernels/assembly/solver.ts. */
export const wasmBase64: string;
/** runtime.ts as plain JavaScript that declares `solver`. */
export const runtime: string;
/** core/gaussian.ts likewise, which declares `gaussianEntries`. */
export const gaussian: string;
/** engine-runtime.ts and all that it imports, likewise, which declares `engine` with its `solver`. */
export const engine: string;
