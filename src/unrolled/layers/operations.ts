import type { Operation, Param } from '../../types.js';

/** to = M from; M is A unless a param is given. */
export const product = (from: string, to: string, map?: Param): Operation => ({ kind: 'product', adjoint: false, from, to, ...(map && { map }) });
/** to = Mᴴ from. */
export const adjointProduct = (from: string, to: string, map?: Param): Operation => ({ kind: 'product', adjoint: true, from, to, ...(map && { map }) });
/** to = a·x + b·z. */
export const combine = (a: number, x: string, b: number, z: string, to: string): Operation => ({ kind: 'combine', a, x, b, z, to });
export const soft = (from: string, theta: Param, to: string, keep = 0): Operation => ({ kind: 'soft', from, theta: theta.value[0]!, keep, to });
/** x += bias at `at`, a number for each of its channels, which have `places` each. */
export const addedBias = (bias: Param, places: number, at: string): Operation => ({ kind: 'bias', bias, places, at });
export const rectify = (at: string): Operation => ({ kind: 'rectify', at });
