import { completed, type Steps } from './steps.js';

export interface LbfgsOptions {
  readonly iterations?: number;
  /** Ends where the largest entry of the gradient is below this. */
  readonly gradient?: number;
  /** Ends where a step lowers f by less than this, relative to |f|; 0, never, unless given. */
  readonly decrease?: number;
  /** Pairs of steps that the curvature is told from. */
  readonly memory?: number;
  readonly signal?: { readonly aborted: boolean };
}

export interface LbfgsResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/** f(x), with ∂f/∂x written into `gradient`. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
const largest = (g: Float64Array): number => g.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

interface Point { readonly x: Float64Array; readonly value: number; readonly gradient: Float64Array }
interface Pair { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }

const sufficient = 1e-4, curvature = 0.9, mostTrials = 30;

/**
 * A step along `direction` that meets the weak Wolfe conditions, by bisection and doubling (Lewis & Overton 2013); undefined where
 * none is found.
 */
function* wolfe(
  at: Point, direction: Float64Array, first: number, evaluate: (x: Float64Array) => Steps<Point>,
): Steps<Point | undefined> {
  const slope = dot(at.gradient, direction);
  let low = 0, high = Infinity, t = first;
  for (let trial = 0; trial < mostTrials; trial++) {
    const next = yield* evaluate(at.x.map((value, i) => value + t * direction[i]!));
    if (!(next.value <= at.value + sufficient * t * slope)) high = t;
    else if (dot(next.gradient, direction) < curvature * slope) low = t;
    else return next;
    t = high === Infinity ? 2 * low : (low + high) / 2;
  }
  return undefined;
}

/** −H g by the two loops of Nocedal (1980). */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map(value => -value), alphas: number[] = [];
  for (const { s, y, rho } of [...pairs].reverse()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i]! *= scale;
  }
  for (const { s, y, rho } of pairs) {
    const beta = rho * dot(y, q), alpha = alphas.pop()!;
    for (let i = 0; i < q.length; i++) q[i]! += (alpha - beta) * s[i]!;
  }
  return q;
}

function checked({ iterations = 500, gradient = 1e-6, decrease = 0, memory = 10, signal }: LbfgsOptions) {
  if (!Number.isSafeInteger(iterations) || iterations < 0)
    throw new RangeError(`lbfgs: expected 0 or more iterations, got ${iterations}`);
  if (!Number.isSafeInteger(memory) || memory < 1) throw new RangeError(`lbfgs: expected a memory of at least 1 pair, got ${memory}`);
  for (const [name, value] of Object.entries({ gradient, decrease }))
    if (!(value >= 0)) throw new RangeError(`lbfgs: expected a ${name} of at least 0, got ${value}`);
  return { iterations, tolerance: gradient, decrease, memory, signal };
}

/** As `lbfgs`, evaluation by evaluation: for callers that let others run in between. */
export function* lbfgsSteps(f: Differentiable, start: Float64Array, options: LbfgsOptions = {}): Steps<LbfgsResult> {
  const { iterations, tolerance, decrease, memory, signal } = checked(options);
  let evaluations = 0;
  function* evaluate(x: Float64Array): Steps<Point> {
    const gradient = new Float64Array(x.length), value = f(x, gradient);
    evaluations++;
    yield;
    return { x, value, gradient };
  }
  let at = yield* evaluate(Float64Array.from(start)), pairs: Pair[] = [], k = 0, small = false;
  if (!Number.isFinite(at.value) || !at.gradient.every(Number.isFinite))
    throw new RangeError(`lbfgs: expected a finite value and gradient at the start, got ${at.value}`);
  while (k < iterations && !small && largest(at.gradient) >= tolerance && !signal?.aborted) {
    // Without curvature the first trial moves by 1 at most.
    const first = pairs.length ? 1 : Math.min(1, 1 / Math.sqrt(dot(at.gradient, at.gradient)));
    const next = yield* wolfe(at, descentDirection(at.gradient, pairs), first, evaluate);
    if (!next) {
      if (!pairs.length) break;
      pairs = [];  // a direction that leads nowhere is old: begin again from the gradient
      continue;
    }
    const s = next.x.map((value, i) => value - at.x[i]!), y = next.gradient.map((value, i) => value - at.gradient[i]!), sy = dot(s, y);
    if (sy > 1e-12 * dot(y, y)) pairs = [...pairs, { s, y, rho: 1 / sy }].slice(-memory);
    small = at.value - next.value < decrease * Math.abs(at.value);
    at = next;
    k++;
  }
  return { x: at.x, value: at.value, iterations: k, evaluations, converged: small || largest(at.gradient) < tolerance };
}

/**
 * Minimises a smooth function by L-BFGS (Liu & Nocedal 1989), in f64. Throws a RangeError where f or its gradient is not
 * finite at the start, and for options below 0.
 */
export const lbfgs = (f: Differentiable, start: Float64Array, options?: LbfgsOptions): LbfgsResult =>
  completed(lbfgsSteps(f, start, options));
