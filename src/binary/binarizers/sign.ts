import type { Param } from '../../types.js';
import { sizeOf, tensor } from '../../core/array.js';
import { measured } from '../../unrolled/batches.js';
import type { Binarizer } from '../binarizer.js';
import type { Codes } from '../bits.js';
import { signs } from '../codes.js';
import { cloneToBinarize, oneBitNetwork, oneBitParams } from '../one-bit-network.js';
import { calibratedScale } from '../scale.js';

/** Training signals that the scale is fitted on. */
const calibrationSignals = 64;

/** Signs of the weights as they are, no training: only the scale is fitted, on calibration data. */
export const sign = (): Binarizer => ({
  name: 'sign',
  async fit(net, data, { seed = 1, snrDb } = {}) {
    const copy = cloneToBinarize('sign', net), { operator } = copy.problem;
    const codes = new Map<Param, Codes>(oneBitParams(copy).map(param => {
      const own = new Float32Array(param.value.length);
      signs(param.value, own);
      return [param, own];
    }));
    const source = measured(operator, data, { seed, validation: 0, ...(snrDb !== undefined && { snrDb }) });
    const x = new Float32Array(calibrationSignals * sizeOf(operator.inShape)), y = new Float32Array(calibrationSignals * sizeOf(operator.outShape));
    source.fill('train', source.trainIndices(0, calibrationSignals), x, y);
    return oneBitNetwork(copy, 'sign', { scale: calibratedScale(copy, codes, tensor(y, [calibrationSignals, ...operator.outShape])), codes });
  },
});
