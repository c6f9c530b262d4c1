import { gemm, transposed, view } from '../../kernels/index.js';

/**
 * What calibration data says about a layer: sums over samples of integer inputs x̂ (with a 1 appended for the bias, if it is one
 * of the variables) and of the outputs y that the layer should have.
 */
export interface Statistics {
  /** Variables of one neuron. */
  readonly n: number;
  readonly neurons: number;
  readonly samples: number;
  /** An input is this times its code. */
  readonly inputScale: number;
  /** The last variable is the bias. */
  readonly hasBias: boolean;
  /** X̂ᵀX̂, n × n. */
  readonly gram: Float64Array;
  /** X̂ᵀy of each neuron, neurons × n. */
  readonly cross: Float64Array;
  /** Σ y² of each neuron. */
  readonly squares: Float64Array;
}

export interface Calibration {
  /** `codes` is count × fanIn, integers from −255 to 255; `outputs` is count × neurons. */
  add(codes: Float32Array, outputs: ArrayLike<number>, count: number): void;
  statistics(): Statistics;
}

/** 255² · 256 < 2²⁴: products and sums of so many samples are exact in f32, so that the fast kernel gives the exact Gram matrix. */
const chunk = 256, largestCode = 255;

/** Sums over samples as they come; no sample is kept. The Gram matrix is exact, the rest is in f64. */
export function calibration(fanIn: number, neurons: number, inputScale: number): Calibration {
  if (!(fanIn >= 1 && neurons >= 1)) throw new RangeError(`calibration: expected inputs and neurons, got ${fanIn} and ${neurons}`);
  const n = fanIn + 1, gram = new Float64Array(n * n), cross = new Float64Array(neurons * n), squares = new Float64Array(neurons);
  const rows = new Float32Array(chunk * n), products = new Float32Array(n * n);
  let held = 0, samples = 0;
  const flush = (): void => {
    if (held === 0) return;
    const part = view(rows, held, n);
    gemm(transposed(part), part, view(products, n, n));
    for (let i = 0; i < gram.length; i++) gram[i]! += products[i]!;
    held = 0;
  };
  return {
    add(codes, outputs, count) {
      if (codes.length !== count * fanIn || outputs.length !== count * neurons)
        throw new RangeError(`calibration: expected ${count} × ${fanIn} inputs and ${count} × ${neurons} outputs, ` +
          `got ${codes.length} and ${outputs.length}`);
      for (let t = 0; t < count; t++) {
        const row = rows.subarray(held * n, (held + 1) * n), used: number[] = [];
        for (let i = 0; i < fanIn; i++) {
          const code = codes[t * fanIn + i]!;
          if (!Number.isInteger(code) || Math.abs(code) > largestCode)
            throw new RangeError(`calibration: expected integers from −${largestCode} to ${largestCode}, got ${code}`);
          row[i] = code;
          if (code !== 0) used.push(i);
        }
        row[fanIn] = 1;
        used.push(fanIn);
        for (let l = 0; l < neurons; l++) {
          const y = outputs[t * neurons + l]!, at = l * n;
          squares[l]! += y * y;
          for (const i of used) cross[at + i]! += y * row[i]!;
        }
        samples++;
        if (++held === chunk) flush();
      }
    },
    statistics() {
      flush();
      if (samples === 0) throw new RangeError('calibration: expected samples, got none');
      return { n, neurons, samples, inputScale, hasBias: true, gram: gram.slice(), cross: cross.slice(), squares: squares.slice() };
    },
  };
}

/** The statistics of a layer whose bias is real and the best for whatever the weights are: inputs and outputs less their means. */
export function withoutBias(statistics: Statistics): Statistics {
  const { n, neurons, samples, gram } = statistics, fanIn = n - 1, sums = gram.subarray(fanIn * n, fanIn * n + fanIn);
  const centred = new Float64Array(fanIn * fanIn), cross = new Float64Array(neurons * fanIn);
  for (let i = 0; i < fanIn; i++)
    for (let j = 0; j < fanIn; j++) centred[i * fanIn + j] = gram[i * n + j]! - sums[i]! * sums[j]! / samples;
  const squares = statistics.squares.map((square, l) => {
    const total = statistics.cross[l * n + fanIn]!;
    for (let i = 0; i < fanIn; i++) cross[l * fanIn + i] = statistics.cross[l * n + i]! - sums[i]! * total / samples;
    return square - total * total / samples;
  });
  return { ...statistics, n: fanIn, hasBias: false, gram: centred, cross, squares };
}

/** In units of scale · inputScale, not rounded: the bias that fits best to a neuron's codes. */
export function fittedBias(statistics: Statistics, neuron: number, codes: ArrayLike<number>, scale: number): number {
  const { n, samples, inputScale, gram, cross } = statistics, fanIn = n - 1;
  let sum = cross[neuron * n + fanIn]! / (scale * inputScale);
  for (let i = 0; i < fanIn; i++) sum -= gram[fanIn * n + i]! * codes[i]!;
  return sum / samples;
}
