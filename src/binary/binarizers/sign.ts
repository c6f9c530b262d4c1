import type { Param } from '../../types.js';
import { tensor } from '../../core/array.js';
import type { Binarizer } from '../binarizer.js';
import type { Codes } from '../bits.js';
import { calibrationMeasurements } from '../calibration.js';
import { signs } from '../codes.js';
import { fitLatent, frozenSigns } from '../fit-latent.js';
import { cloneToBinarize, oneBitNetwork, oneBitParams } from '../one-bit-network.js';
import { calibratedScale } from '../scale.js';

/** Training signals that the scale is fitted on. */
const calibrationSignals = 64;

export interface SignOptions {
  /** Trains scale, steps and thresholds afterwards, as `qubo` does: what better signs are to be compared with. */
  readonly tuned?: boolean;
}

/** Signs of the weights as they are: only the scale is fitted, on calibration data, unless `tuned`. */
export const sign = ({ tuned = false }: SignOptions = {}): Binarizer => {
  const name = tuned ? 'sign-tuned' : 'sign';
  return {
    name,
    async fit(net, data, options = {}) {
      const copy = cloneToBinarize(name, net), { operator } = copy.problem;
      const codes = new Map<Param, Codes>(oneBitParams(copy).map(param => {
        const own = new Float32Array(param.value.length);
        signs(param.value, own);
        return [param, own];
      }));
      const y = calibrationMeasurements(copy, data, calibrationSignals, options);
      const scale = calibratedScale(copy, codes, tensor(y, [calibrationSignals, ...operator.outShape]));
      const fit = oneBitNetwork(copy, name, { scale, codes });
      return tuned && fit.scale > 0 ? fitLatent(name, [fit, data, options], frozenSigns) : fit;
    },
  };
};
