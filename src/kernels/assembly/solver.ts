// What a compiled solver (src/packed/compile) needs of the kernels, as a binary of its own.
export { gemm } from './gemm';
export { axpby, softThreshold, thresholdStep } from './elementwise';
export { signBlocks } from './sign-blocks';
export { transpose } from './transpose';
