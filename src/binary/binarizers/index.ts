export { analyticQubo, type AnalyticQuboOptions } from './analytic-qubo.js';
export { float } from './float.js';
export { qubo, type QuboOptions } from './qubo.js';
export { sign, type SignOptions } from './sign.js';
export { channelWise, straightThrough, ternary, type StraightThroughOptions } from './straight-through.js';
