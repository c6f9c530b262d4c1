import { calibration, inputCodes, inputGrid, layerProblem, quboRounding } from '../../qubo/rounding/index.js';
import type { InputGrid, LayerProblem, QuboRoundingOptions, RoundedLayer } from '../../qubo/rounding/index.js';
import { preActivations, rectify, type DenseLayer, type DenseNetwork } from './dense-network.js';
import { pixelsPer, type LabelledImages } from './labelled-images.js';

/** A layer in integers: int8 inputs, weights of few bits, int32 biases. */
export interface QuantizedLayer {
  readonly layer: DenseLayer;
  readonly input: InputGrid;
  readonly rounded: RoundedLayer;
}

/** How one row quantizes a network. */
export interface Quantization extends Omit<QuboRoundingOptions, 'onNeuron'> {
  readonly bias: 'rounded' | 'fitted';
}

export interface QuantizerOptions {
  /** What later layers are calibrated on: activations of the float network, or of the layers that are quantized already. */
  readonly inputs: 'float' | 'quantized';
  readonly onNeuron?: () => Promise<void> | void;
}

interface Calibrated {
  readonly input: InputGrid;
  /** Made and factored at the first call, with the seconds that it took, sums over the data included. */
  problem(bias: Quantization['bias']): { readonly problem: LayerProblem; readonly seconds: number };
}

/** Images whose sums are taken at a time. */
const streamed = 256;

function rangeOf(values: Float32Array): InputGrid {
  let low = 0, high = 0;
  for (const value of values) { if (value < low) low = value; if (value > high) high = value; }
  return inputGrid(low, high);
}

function calibrated(layer: DenseLayer, inputs: Float32Array, outputs: Float32Array, count: number): Calibrated {
  const begin = performance.now(), { fanIn, neurons } = layer;
  const input = rangeOf(inputs), sums = calibration(fanIn, neurons, input.scale);
  for (let from = 0; from < count; from += streamed) {
    const to = Math.min(count, from + streamed);
    const codes = inputCodes(input, inputs.subarray(from * fanIn, to * fanIn));
    sums.add(codes, outputs.subarray(from * neurons, to * neurons), to - from);
  }
  const statistics = sums.statistics(), summing = performance.now() - begin;
  const known = new Map<string, ReturnType<Calibrated['problem']>>();
  return {
    input,
    problem(bias) {
      if (!known.has(bias)) {
        const start = performance.now(), problem = layerProblem(layer, statistics, { bias });
        problem.factor();
        known.set(bias, { problem, seconds: (summing + performance.now() - start) / 1000 });
      }
      return known.get(bias)!;
    },
  };
}

/** Outputs of one integer layer before its activation, count × neurons. */
export function quantizedOutputs({ layer, input, rounded }: QuantizedLayer, inputs: Float32Array, count: number): Float32Array {
  const unit = rounded.scale * input.scale;
  const own = { ...layer, weights: Float32Array.from(rounded.codes), biases: Float32Array.from(rounded.biases) };
  return preActivations(own, inputCodes(input, inputs), count).map(value => value * unit);
}

const through = (outputs: Float32Array, last: boolean): Float32Array => last ? outputs : rectify(outputs);

/** The logits of the float network, and of a quantized one. */
export const floatLogits = (network: DenseNetwork, { pixels, count }: LabelledImages): Float32Array =>
  network.reduce((x, layer, k) => through(preActivations(layer, x, count), k === network.length - 1), pixels);
export const quantizedLogits = (network: readonly QuantizedLayer[], { pixels, count }: LabelledImages): Float32Array =>
  network.reduce((x, layer, k) => through(quantizedOutputs(layer, x, count), k === network.length - 1), pixels);

/** Of a layer beside its codes and biases: a scale (f32), an input scale (f32) and a zero point (int8). */
const gridBytes = 9;

/** Codes at their width, int32 biases and the grids. */
export const bytesOf = (network: readonly QuantizedLayer[]): number => network.reduce((sum, { rounded: { codes, biases, grid } }) =>
  sum + Math.ceil(codes.length * grid.bits / 8) + 4 * biases.length + gridBytes, 0);

/** Round to nearest looks at the weights alone. */
const isPlain = ({ method, scale = 'largest' }: Pick<Quantization, 'method' | 'scale'>): boolean =>
  method.name === 'nearest' && scale === 'largest';

/**
 * Quantizes one network in many ways; what does not depend on the way (sums over the data, their factor) is made once, and its
 * seconds are added to each.
 */
export function quantizer(network: DenseNetwork, images: LabelledImages, { inputs, onNeuron }: QuantizerOptions) {
  const { count } = images, known = new Map<number, Calibrated>();
  if (network[0]!.fanIn !== pixelsPer(images))
    throw new RangeError(`quantizer: expected images of ${network[0]!.fanIn} pixels, got ${pixelsPer(images)}`);
  return async ({ bias, ...options }: Quantization): Promise<{ readonly layers: QuantizedLayer[]; readonly seconds: number }> => {
    const layers: QuantizedLayer[] = [];
    let float = images.pixels, own = images.pixels, seconds = 0;
    for (const [k, layer] of network.entries()) {
      const outputs = preActivations(layer, float, count), last = k === network.length - 1;
      const calibration = known.get(k) ?? calibrated(layer, inputs === 'float' ? float : own, outputs, count);
      if (k === 0 || inputs === 'float') known.set(k, calibration);
      const { problem, seconds: shared } = calibration.problem(bias), begin = performance.now();
      const rounded = await quboRounding(problem, { ...options, ...(onNeuron && { onNeuron }) });
      seconds += (isPlain(options) ? 0 : shared) + (performance.now() - begin) / 1000;
      layers.push({ layer, input: calibration.input, rounded });
      float = through(outputs, last);
      own = through(quantizedOutputs(layers[k]!, own, count), last);
    }
    return { layers, seconds };
  };
}
