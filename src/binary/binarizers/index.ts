export { analyticQubo, type AnalyticQuboOptions } from './analytic-qubo.js';
export { coordinateDescent } from './coordinate-descent.js';
export { float } from './float.js';
export { gpfq, type GpfqOptions } from './gpfq.js';
export { gptq } from './gptq.js';
export { qubo, type QuboOptions } from './qubo.js';
export { sign, type SignOptions } from './sign.js';
export { channelWise, straightThrough, ternary, type StraightThroughOptions } from './straight-through.js';
