import { cholesky, choleskySolve } from '../core/cholesky.js';

/** What a classifier's last layer is trained on. */
export interface HeadData {
  /** Samples × width, row-major; a last column of ones gives biases. */
  readonly features: Float64Array;
  readonly width: number;
  /** One for each sample, below `classes`. */
  readonly labels: Uint8Array;
  readonly classes: number;
}

export interface HeadState {
  /** Mean cross-entropy + ridge/2 ‖W‖². */
  readonly loss: number;
  /** Of the loss, classes × width. */
  readonly gradient: Float64Array;
}

function check({ features, width, labels, classes }: HeadData): void {
  if (!Number.isSafeInteger(width) || width < 1 || labels.length < 1 || features.length !== labels.length * width)
    throw new RangeError(`head: expected features of ${labels.length} samples × ${width}, got ${features.length} values`);
  const odd = labels.find(label => label >= classes);
  if (odd !== undefined) throw new RangeError(`head: expected labels below ${classes}, got ${odd}`);
}

/** The logits of one sample, W φ, into `out`; returns the class of the largest. */
function logits({ features, width, classes }: HeadData, W: Float64Array, sample: number, out: Float64Array): number {
  let best = 0;
  for (let c = 0; c < classes; c++) {
    let logit = 0;
    for (let j = 0, f = sample * width, w = c * width; j < width; j++) logit += features[f + j]! * W[w + j]!;
    out[c] = logit;
    if (logit > out[best]!) best = c;
  }
  return best;
}

/** Loss and gradient at W, classes × width, in f64. */
export function headState(data: HeadData, W: Float64Array, ridge: number): HeadState {
  check(data);
  const { features, width, labels, classes } = data, count = labels.length;
  const gradient = W.map(value => ridge * value), p = new Float64Array(classes);
  let loss = 0;
  for (let s = 0; s < count; s++) {
    const most = p[logits(data, W, s, p)]!, label = labels[s]!, logit = p[label]! - most;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += p[c] = Math.exp(p[c]! - most);
    loss += Math.log(sum) - logit;
    for (let c = 0; c < classes; c++) {
      const part = (p[c]! / sum - (c === label ? 1 : 0)) / count;
      for (let j = 0, f = s * width, g = c * width; j < width; j++) gradient[g + j]! += part * features[f + j]!;
    }
  }
  return { loss: loss / count + ridge / 2 * W.reduce((sum, value) => sum + value * value, 0), gradient };
}

/** The fraction of samples whose largest logit is their label. */
export function headAccuracy(data: HeadData, W: Float64Array): number {
  check(data);
  const out = new Float64Array(data.classes);
  return data.labels.reduce((right, label, s) => right + (logits(data, W, s, out) === label ? 1 : 0), 0) / data.labels.length;
}

/**
 * H = ½ΦᵀΦ/N + ridge I, width × width. The Hessian of the cross-entropy is at most ½(I − 11ᵀ/C) ⊗ ΦᵀΦ/N anywhere (Böhning 1992),
 * so at most I ⊗ ½ΦᵀΦ/N: what steps Δ add to the loss is at most the sum of g·Δ + ½Δ·HΔ over classes, which are independent.
 */
export function headCurvature(data: HeadData, ridge: number): Float64Array {
  check(data);
  const { features, width, labels } = data, H = new Float64Array(width * width);
  for (let s = 0; s < labels.length; s++)
    for (let i = 0, f = s * width; i < width; i++)
      for (let j = 0; j <= i; j++) H[i * width + j]! += features[f + i]! * features[f + j]!;
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      const mean = H[i * width + j]! / (2 * labels.length);
      H[j * width + i] = H[i * width + j] = i === j ? mean + ridge : mean;
    }
  return H;
}

/** g·Δ + ½Δ·HΔ of one class. */
export function boundChange(H: Float64Array, gradient: Float64Array, step: Float64Array): number {
  const width = step.length;
  let sum = 0;
  for (let i = 0; i < width; i++) {
    let slope = gradient[i]!;
    for (let j = 0; j < width; j++) slope += H[i * width + j]! * step[j]! / 2;
    sum += slope * step[i]!;
  }
  return sum;
}

/** −H⁻¹g, the step of one class that minimises the bound, from its gradient. Throws where H is not positive definite. */
export function exactSteps(H: Float64Array, width: number): (gradient: Float64Array) => Float64Array {
  const factor = cholesky(H, width);
  return gradient => {
    const step = gradient.map(value => -value);
    choleskySolve(factor, width, step);
    return step;
  };
}
