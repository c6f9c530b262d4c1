import type { Layer, LinearOperator, OneBitNetwork, Param } from '../types.js';
import { knownWeights } from '../core/explicit.js';
import { visitLargest } from '../core/largest.js';
import { axpby, floatProduct, fromLanes, laneBlock, resident, signProduct, softThreshold, thresholdStep, toLanes, type Precision, type Product } from '../kernels/index.js';
import { signProductOf } from './packed-map.js';

/** Signals that go through all layers side by side: what the kernels like, and little memory. */
export const together = 64;

/** Where layer k's iterates of all signals go, one after the other; undefined where nobody asks. */
type Outputs = (layer: number) => Float32Array | undefined;

interface Buffers { readonly x: Float32Array; readonly u: Float32Array; readonly r: Float32Array; readonly y: Float32Array; readonly framed: Float32Array }

/** The magnitude of all entries; undefined where they have more than one. */
export function oneMagnitude(weights: Float32Array): number | undefined {
  const magnitude = Math.abs(weights[0]!);
  return weights.every(w => Math.abs(w) === magnitude) ? magnitude : undefined;
}

/** A's own products on signals side by side: on sign bits where all of its entries have one magnitude. */
function operatorProduct(A: LinearOperator, precision: Precision): Product | undefined {
  const weights = A.derived ? undefined : knownWeights(A);
  if (!weights) return undefined;
  const magnitude = oneMagnitude(weights);
  if (magnitude === undefined) return floatProduct(A.pattern(), weights);
  return signProduct(A.pattern(), { weights: () => weights, scale: () => magnitude }, precision);
}

/**
 * Runs networks of gradient steps and soft thresholds with every product on kernels for signals side by side, on buffers and
 * temporaries of the kernels' memory; undefined for other networks, and for patterns that have no such kernel.
 */
export function fused(net: OneBitNetwork, precision: Precision): ((y: Float32Array, batch: number, outputs: Outputs) => void) | undefined {
  const steps: NonNullable<Layer['step']>[] = [];
  for (const { step } of net.layers) {
    if (!step) return undefined;
    steps.push(step);
  }
  const A = operatorProduct(net.problem.operator, precision), products = new Map<Param, Product>();
  if (!A) return undefined;
  let framedSize = 0;
  for (const { W, G } of steps) {
    if (G && !products.has(G)) products.set(G, floatProduct(G.map!.pattern, G.value)!);
    if (G) framedSize = Math.max(framedSize, G.map!.outSize);
    if (!W || products.has(W)) continue;
    const matrix = net.matrices.find(({ name }) => name === W.name);
    const product = matrix ? signProductOf(matrix, net.scale, precision) : floatProduct(W.map!.pattern, W.value);
    if (!product) return undefined;
    products.set(W, product);
  }
  const n = A.inSize, m = A.outSize, buffers = new Map<number, Buffers>(), magnitudes = new Float32Array(n);
  function buffersOf(lanes: number): Buffers {
    let own = buffers.get(lanes);
    if (!own) {
      const room = (size: number): Float32Array => resident(new Float32Array(size * lanes));
      buffers.set(lanes, own = { x: room(n), u: room(n), r: room(m), y: room(m), framed: room(framedSize) });
    }
    return own;
  }

  function layers({ x, u, r, y, framed }: Buffers, lanes: number, after: (x: Float32Array, layer: number) => void): void {
    x.fill(0);
    for (let k = 0; k < steps.length; k++) {
      const { W, G, eta, theta, keep } = steps[k]!, step = eta ? eta.value[0]! : 1, tau = theta.value[0]!;
      if (k === 0) axpby(-1, y, 0, y, r);
      else {
        A!.apply(x, r, lanes);
        axpby(1, r, -1, y, r);
      }
      if (G) products.get(G)!.apply(r, framed, lanes);
      (W ? products.get(W)! : A!).applyAdjoint(G ? framed : r, u, lanes);
      if (keep) {
        axpby(1, x, -step, u, u);
        softThreshold(u, tau, x);
        visitLargest(u, tau, keep, magnitudes, 1, lanes, i => { x[i] = u[i]!; });
      } else thresholdStep(x, u, step, tau);
      after(x, k);
    }
  }
  return (y, batch, outputs) => {
    if (batch === 1) {
      const own = buffersOf(1);
      own.y.set(y);
      layers(own, 1, (x, k) => outputs(k)?.set(x));
      return;
    }
    for (let at = 0, count: number; (count = Math.min(together, batch - at)) > 0; at += count) {
      const lanes = Math.ceil(count / laneBlock) * laneBlock, own = buffersOf(lanes);
      if (count < lanes) own.y.fill(0);
      toLanes(y.subarray(at * m, (at + count) * m), count, own.y, lanes);
      layers(own, lanes, (x, k) => {
        const out = outputs(k);
        if (out) fromLanes(x, lanes, out.subarray(at * n, (at + count) * n), count);
      });
    }
  };
}
