// What a compiled module runs, bundled into it as text (build.mjs).
import type { gaussianEntries } from '../../core/gaussian.js';
import { visitLargest } from '../../core/largest.js';
import { bytesOf, checked } from './face.js';

export interface SignSpec {
  readonly list: number;
  readonly count: number;
  readonly signs: number;
  readonly scale: number;
}

/** Five i32 a block as in assembly/sign-blocks.ts, or one tuple a block; addresses are bytes. */
export type ProductSpec =
  | (SignSpec & {
    /** Is added. */
    readonly second?: SignSpec;
    /** The numbers that outputs are multiplied by, `period` of them again and again. */
    readonly factors?: number;
    readonly period?: number;
  })
  | { readonly blocks: readonly (readonly [rows: number, cols: number, address: number, rowBytes: number, colBytes: number, from: number, to: number])[] };

/** Sizes, byte addresses and steps. */
export interface Spec {
  readonly n: number;
  readonly m: number;
  readonly pages: number;
  readonly image: number;
  /** Gaussian blocks of A that are not in the image. */
  readonly drawn: readonly (readonly [address: number, rows: number, cols: number, seed: number])[];
  readonly x: number;
  readonly u: number;
  readonly r: number;
  readonly y: number;
  /** Room for G r. */
  readonly framed: number;
  readonly scratch: number;
  /** Room for the product of a second matrix of signs; 0 where no product has one. */
  readonly second: number;
  /** At most so many signals go side by side, in multiples of laneBlock; a batch of fewer than `fewest` alone. */
  readonly together: number;
  readonly fewest: number;
  readonly laneBlock: number;
  /** The sign kernel for one signal and for several. */
  readonly kinds: readonly [one: number, several: number];
  readonly products: readonly ProductSpec[];
  /** A x and y ↦ Wᵀ y as places in `products`. */
  readonly ahead: number;
  /** G in front of every W; −1 where there is none. */
  readonly frame: number;
  readonly steps: readonly (readonly [back: number, eta: number, theta: number, keep: number])[];
}

interface Kernels {
  gemm(
    a: number, aRow: number, aCol: number, b: number, bRow: number, bCol: number, c: number, cRow: number,
    m: number, n: number, k: number, accumulate: boolean, scratch: number,
  ): void;
  axpby(a: number, x: number, b: number, y: number, out: number, n: number): void;
  softThreshold(v: number, theta: number, out: number, n: number): void;
  thresholdStep(x: number, u: number, step: number, theta: number, n: number): void;
  signBlocks(kind: number, list: number, count: number, w: number, x: number, out: number, lanes: number, scale: number, scratch: number): void;
  transpose(x: number, xRow: number, rows: number, cols: number, out: number, outRow: number): void;
}

export function solver(wasm: string, image: string, spec: Spec, draw?: typeof gaussianEntries): (y: Float32Array, out?: Float32Array) => Float32Array {
  const { n, m, x, u, r, y: measured, scratch } = spec, magnitudes = new Float32Array(n);
  const memory = new WebAssembly.Memory({ initial: spec.pages, maximum: spec.pages });
  const floats = (at: number, length: number): Float32Array => new Float32Array(memory.buffer, at, length);
  new Uint8Array(memory.buffer).set(bytesOf(image), spec.image);
  for (const [address, rows, cols, seed] of spec.drawn) floats(address, rows * cols).set(draw!(rows, cols, seed));
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(wasm)), { env: { memory } }).exports as unknown as Kernels;

  function multiplySigns({ list, count, signs, scale }: SignSpec, from: number, to: number, lanes: number): void {
    kernels.signBlocks(spec.kinds[lanes > 1 ? 1 : 0], list, count, signs, from, to, lanes, scale, scratch);
  }

  /** Products with a second part or factors have n outputs: they are Wᵀ. */
  function multiply(product: ProductSpec, from: number, to: number, lanes: number): void {
    const row = 4 * lanes;
    if ('list' in product) {
      const { second, factors, period } = product;
      multiplySigns(product, from, to, lanes);
      if (second) {
        multiplySigns(second, from, spec.second, lanes);
        kernels.axpby(1, to, 1, spec.second, to, n * lanes);
      }
      if (factors) {
        const own = floats(factors, period!), out = floats(to, n * lanes);
        for (let j = 0, at = 0; j < n; j++) for (const end = at + lanes; at < end; at++) out[at] = own[j % period!]! * out[at]!;
      }
    } else for (const [rows, cols, address, rowBytes, colBytes, input, output] of product.blocks)
      kernels.gemm(address, rowBytes, colBytes, from + input * row, row, 4, to + output * row, row, rows, lanes, cols, false, scratch);
  }

  function layers(lanes: number): void {
    floats(x, n * lanes).fill(0);
    spec.steps.forEach(([back, eta, theta, keep], k) => {
      if (k === 0) kernels.axpby(-1, measured, 0, measured, r, m * lanes);
      else {
        multiply(spec.products[spec.ahead]!, x, r, lanes);
        kernels.axpby(1, r, -1, measured, r, m * lanes);
      }
      if (spec.frame >= 0) multiply(spec.products[spec.frame]!, r, spec.framed, lanes);
      multiply(spec.products[back]!, spec.frame >= 0 ? spec.framed : r, u, lanes);
      if (keep) {
        kernels.axpby(1, x, -eta, u, u, n * lanes);
        kernels.softThreshold(u, theta, x, n * lanes);
        const v = floats(u, n * lanes), out = floats(x, n * lanes);
        visitLargest(v, theta, keep, magnitudes, 1, lanes, i => { out[i] = v[i]!; });
      } else kernels.thresholdStep(x, u, eta, theta, n * lanes);
    });
  }

  /** r and u are free before the first layer and after the last: signals lie there one after the other. */
  function sideBySide(y: Float32Array, out: Float32Array, count: number): void {
    const lanes = Math.ceil(count / spec.laneBlock) * spec.laneBlock;
    floats(measured, m * lanes).fill(0);
    floats(r, y.length).set(y);
    kernels.transpose(r, 4 * m, count, m, measured, 4 * lanes);
    layers(lanes);
    kernels.transpose(x, 4 * lanes, n, count, u, 4 * n);
    out.set(floats(u, out.length));
  }

  return (y, out) => {
    const [batch, to] = checked(y, out, m, n);
    for (let at = 0, count = 0; at < batch; at += count) {
      count = Math.min(spec.together, batch - at);
      const own = y.subarray(at * m, (at + count) * m), result = to.subarray(at * n, (at + count) * n);
      if (batch >= spec.fewest) sideBySide(own, result, count);
      else {
        floats(measured, m).set(own);
        layers(1);
        result.set(floats(x, n));
      }
    }
    return to;
  };
}
