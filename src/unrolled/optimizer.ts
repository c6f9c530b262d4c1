import type { Param } from '../types.js';
import { adamStep, alloc, axpby, free } from '../kernels/index.js';

/**
 * Updates parameters from their gradients. All of its memory is in `state`, named, so that a checkpoint can hold it;
 * `step` counts from 1 within a stage.
 */
export interface Optimizer {
  readonly name: string;
  /** What a checkpoint must agree on to be resumed, beside the name. */
  readonly settings?: readonly number[];
  /** Forgets the past and makes room for these params. */
  start(params: readonly Param[]): void;
  update(params: readonly Param[], learningRate: number, step: number): void;
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Gives its memory back. */
  release(): void;
}

function moments(kinds: readonly string[]) {
  const state = new Map<string, Float32Array>();
  const release = (): void => { for (const array of state.values()) free(array); state.clear(); };
  return {
    state, release,
    start(params: readonly Param[]) {
      release();
      for (const param of params) for (const kind of kinds) state.set(`${kind}.${param.name}`, alloc(param.value.length));
    },
    of: (kind: string, param: Param): Float32Array => state.get(`${kind}.${param.name}`)!,
  };
}

function checkShare(who: string, setting: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new RangeError(`${who}: expected ${setting} from 0 to below 1, got ${value}`);
}

/** Adam (Kingma & Ba 2015, Algorithm 1). */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {}): Optimizer {
  for (const [setting, value] of Object.entries({ beta1, beta2 })) checkShare('adam', setting, value);
  if (!(epsilon > 0 && epsilon < Infinity)) throw new RangeError(`adam: expected epsilon > 0, got ${epsilon}`);
  const memory = moments(['m', 'v']);
  return {
    name: 'adam', settings: [beta1, beta2, epsilon], state: memory.state, start: memory.start, release: memory.release,
    update(params, learningRate, step) {
      for (const param of params)
        adamStep(param.value, param.grad, memory.of('m', param), memory.of('v', param), { learningRate, beta1, beta2, epsilon, step });
    },
  };
}

/** Gradient descent with heavy-ball momentum: b ← momentum · b + ∂, value ← value − learningRate · b. */
export function sgd({ momentum = 0.9 } = {}): Optimizer {
  checkShare('sgd', 'momentum', momentum);
  const memory = moments(['b']);
  return {
    name: 'sgd', settings: [momentum], state: memory.state, start: memory.start, release: memory.release,
    update(params, learningRate) {
      for (const param of params) {
        const velocity = memory.of('b', param);
        axpby(momentum, velocity, 1, param.grad, velocity);
        axpby(1, param.value, -learningRate, velocity, param.value);
      }
    },
  };
}
