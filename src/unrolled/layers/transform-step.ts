import type { Layer, Operation, Param, State } from '../../types.js';
import { addBias, addChannelSums, axpby, dot, rectify as relu, rectifyVjp as reluVjp, scratch, softThreshold, softThresholdVjp, temp } from '../../kernels/index.js';
import type { DataStep } from './data-step.js';
import { addedBias, combine, product, rectify, soft } from './operations.js';

/** A learnt map, what its input goes through before (a fixed frame, or nothing), and what is added to each channel of its output. */
export interface Learnt {
  readonly param: Param;
  readonly frame?: Param;
  readonly bias?: Param;
}

/** The maps of one learnt transform; `D` and `G` are absent in ISTA-Net. */
export interface Transform {
  readonly D?: Learnt;
  readonly F1: Learnt;
  readonly F2: Learnt;
  readonly B1: Learnt;
  readonly B2: Learnt;
  readonly G?: Learnt;
}

function mapped({ map, value }: Param, x: Float32Array, batch: number): Float32Array {
  const out = temp(map!.outSize * batch);
  map!.apply(value, x, out, batch);
  return out;
}

function apply({ param, frame, bias }: Learnt, x: Float32Array, batch: number): Float32Array {
  const out = mapped(param, frame ? mapped(frame, x, batch) : x, batch);
  if (bias) addBias(bias.value, out, batch);
  return out;
}

/** The gradient of a map's input; those of its weights and bias are added to the params. */
function back({ param, frame, bias }: Learnt, x: Float32Array, gradient: Float32Array, out: Float32Array, batch: number): void {
  if (bias?.trainable) addChannelSums(gradient, bias.grad, batch);
  scratch(() => {
    if (param.trainable) param.map!.addGradient(frame ? mapped(frame, x, batch) : x, gradient, param.grad, batch);
    const framed = frame ? temp(param.map!.inSize * batch) : out;
    param.map!.applyAdjoint(param.value, gradient, framed, batch);
    if (frame) frame.map!.applyAdjoint(frame.value, framed, out, batch);
  });
}

const learntProduct = (from: string, to: string, { param, frame, bias }: Learnt): Operation[] => [
  ...(frame ? [product(from, 'framed', frame), product('framed', to, param)] : [product(from, to, param)]),
  ...(bias ? [addedBias(bias, param.map!.outSize / bias.value.length, to)] : []),
];

/**
 * A step v towards what was measured, then a soft threshold in a learnt transform:
 *   ISTA-Net:  x⁺ = H̃(soft(H(v), theta)),             H = F2 relu F1, H̃ = B2 relu B1;
 *   ISTA-Net+: x⁺ = v + G H̃(soft(H(D v), theta)).
 * Zhang & Ghanem 2018, eqs. 5–12, whose v is a gradient step. The penalty is their symmetry loss, the mean of (H̃(H(d)) − d)², d = D v or v.
 */
export function transformStep(name: string, data: DataStep, { D, F1, F2, B1, B2, G }: Transform,
  theta: Param, symmetry: number): Layer {
  return {
    name, params: [...data.params, theta, ...[D, F1, F2, B1, B2, G].flatMap(learnt => (learnt ? [learnt.param, ...(learnt.bias ? [learnt.bias] : [])] : []))],
    ...(data.operations && {
      operations: () => [
        ...data.operations!(), ...(D ? learntProduct('v', 'd', D) : []), ...learntProduct(D ? 'd' : 'v', 'a', F1), rectify('a'), ...learntProduct('a', 'h', F2),
        soft('h', theta, 'h'), ...learntProduct('h', 'a', B1), rectify('a'),
        ...(G ? [...learntProduct('a', 'd', B2), ...learntProduct('d', 'x', G), combine(1, 'x', 1, 'v', 'x')] : learntProduct('a', 'x', B2)),
      ],
    }),
    vjp(state, y, batch) {
      const tau = theta.value[0]!, [v, toData] = data.step(state['x']!, y, batch);
      const d = D ? apply(D, v, batch) : v;
      const a = apply(F1, d, batch);
      relu(a);
      const h = apply(F2, a, batch), s = temp(h.length);
      softThreshold(h, tau, s);
      const b = apply(B1, s, batch);
      relu(b);
      const c = apply(B2, b, batch), next = G ? apply(G, c, batch) : c;
      if (G) axpby(1, next, 1, v, next);

      let mirrored: { readonly b: Float32Array; readonly gradient: Float32Array } | undefined;
      function penalty(weight: number): number {
        const own = apply(B1, h, batch);
        relu(own);
        const e = apply(B2, own, batch);
        axpby(1, e, -1, d, e);
        const factor = (weight * symmetry) / e.length, value = factor * dot(e, e);
        axpby(2 * factor, e, 0, e, e);
        mirrored = { b: own, gradient: e };
        return value;
      }

      function pullback(grad: State, inputNeeded: boolean): State {
        const gNext = grad['x']!, gx = temp(v.length);
        scratch(() => {
          const gv = temp(v.length), gc = temp(c.length), gb = temp(b.length), gs = temp(s.length), gh = temp(h.length);
          const ga = temp(a.length), gd = temp(d.length);
          if (G) back(G, c, gNext, gc, batch); else gc.set(gNext);
          back(B2, b, gc, gb, batch);
          reluVjp(b, gb);
          back(B1, s, gb, gs, batch);
          const gTheta = softThresholdVjp(h, tau, gs, gh);
          if (theta.trainable) theta.grad[0]! += gTheta;
          if (mirrored) {
            back(B2, mirrored.b, mirrored.gradient, gb, batch);
            reluVjp(mirrored.b, gb);
            back(B1, h, gb, gs, batch);
            axpby(1, gs, 1, gh, gh);
          }
          back(F2, a, gh, ga, batch);
          reluVjp(a, ga);
          back(F1, d, ga, gd, batch);
          if (mirrored) axpby(1, gd, -1, mirrored.gradient, gd);
          if (D) back(D, v, gd, gv, batch); else gv.set(gd);
          if (G) axpby(1, gv, 1, gNext, gv);
          toData(gv, inputNeeded ? gx : undefined);
        });
        return inputNeeded ? { x: gx } : {};
      }
      return symmetry > 0 ? [{ x: next }, pullback, penalty] : [{ x: next }, pullback];
    },
  };
}
