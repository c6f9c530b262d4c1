import type { Pattern, UnrolledNetwork } from '../types.js';
import { sizeOf } from '../core/array.js';
import { interruption, turn } from '../core/breathing.js';
import type { RowMethod } from '../qubo/sign-rows.js';
import type { Binarizer } from './binarizer.js';
import { calibrationMeasurements } from './calibration.js';
import { fitLatent, frozenSigns } from './fit-latent.js';
import { cloneToBinarize, oneBitParams } from './one-bit-network.js';
import { searchSigns } from './sign-search.js';

export interface PostTrainingOptions {
  /** What matrices meet during calibration; 'quantized' unless 'float'. */
  readonly inputs?: 'float' | 'quantized';
  /** Training signals for calibration; as many as the longest row needs unless given. */
  readonly signals?: number;
}

/** Inputs that each unknown sign of a row is to meet, and the fewest and most signals for it. */
export const inputsPerSign = 16;
const fewest = 8, most = 4096;

/** The signs of the longest row or column over the inputs that it meets in one signal. */
function signsPerInput(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'dense': return Math.max(pattern.rows, pattern.cols);
    case 'blocks':
      return Math.max(...pattern.blocks.flatMap(({ rows, cols }) => [rows, cols])) / (pattern.shared ? pattern.blocks.length : 1);
    case 'toeplitz': {
      const { in: from, out: to } = pattern.channels ?? { in: 1, out: 1 };
      return (sizeOf(pattern.support) * Math.max(from, to)) / sizeOf(pattern.shape);
    }
    case 'diagonal': return 2;
    case 'csr': {
      const used = new Uint32Array(pattern.cols);
      for (const col of pattern.colIdx) used[col]!++;
      return Math.max(...pattern.rowPtr.subarray(1).map((end, i) => end - pattern.rowPtr[i]!), ...used);
    }
  }
}

/** Training signals for calibration. */
export const signalsFor = (net: UnrolledNetwork): number => {
  const signs = Math.max(...oneBitParams(net).map(({ map }) => signsPerInput(map!.pattern)));
  return Math.min(most, Math.max(fewest, Math.ceil(inputsPerSign * signs)));
};

/**
 * A binarizer that finds the signs of rows on calibration data by `method` and then, where there is one, by `last`, with one scale for
 * all; where `method` alone makes them no better than plain signs at any scale that is tried, those stay. Then scale, steps and
 * thresholds are trained for the steps of the options, or not at all for 0.
 */
export const postTraining = (
  name: string, methods: { readonly method: RowMethod; readonly last?: RowMethod },
  { inputs = 'quantized', signals }: PostTrainingOptions,
): Binarizer => ({
  name,
  async fit(net, data, options = {}) {
    const copy = cloneToBinarize(name, net), { seed = 1, phase = name, onProgress, signal } = options;
    const y = calibrationMeasurements(copy, data, signals ?? signalsFor(copy), options);
    const { codes, scale } = await searchSigns(name, copy, y, {
      ...methods, inputs, seed,
      async onMatrix(step, steps, error) {
        onProgress?.({ phase: `${phase}: signs`, step, steps, depth: copy.layers.length, nmseDb: 10 * Math.log10(error) });
        await turn();
        if (signal?.aborted) throw interruption(phase, `matrix ${step} of ${steps}`);
      },
    });
    for (const param of oneBitParams(copy)) param.value = codes.get(param)!.map(code => scale * code);
    return fitLatent(name, [copy, data, options], frozenSigns);
  },
});
