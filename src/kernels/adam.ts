import { scratch } from './memory.js';
import { checkLength, kernels, readable, writeBack } from './wasm.js';

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 at the first step. */
  readonly step: number;
}

/** One step of Adam with bias correction (Kingma & Ba 2015, algorithm 1); value and the moments m, v change in place. */
export function adamStep(value: Float32Array, grad: Float32Array, m: Float32Array, v: Float32Array, options: AdamOptions): void {
  const { learningRate, beta1, beta2, epsilon, step } = options;
  checkLength('adamStep: grad', grad, value.length);
  checkLength('adamStep: m', m, value.length);
  checkLength('adamStep: v', v, value.length);
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError(`adamStep: expected a step of 1 or more, got ${step}`);
  scratch(() => {
    const [to, first, second] = [readable(value), readable(m), readable(v)];
    kernels.adam(to.byteOffset, readable(grad).byteOffset, first.byteOffset, second.byteOffset, value.length,
      beta1, 1 - beta1, beta2, 1 - beta2, learningRate / (1 - beta1 ** step), 1 / (1 - beta2 ** step), epsilon);
    writeBack(to, value);
    writeBack(first, m);
    writeBack(second, v);
  });
}
