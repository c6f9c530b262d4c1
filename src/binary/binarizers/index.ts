export { float } from './float.js';
export { sign } from './sign.js';
export { channelWise, straightThrough, ternary, type StraightThroughOptions } from './straight-through.js';
