import type { Dataset, LinearOperator } from '../../types.js';
import { distilled } from '../../unrolled/distilled.js';
import type { Binarizer } from '../binarizer.js';
import { teacherOn } from '../one-bit-network.js';

/**
 * A binarizer that trains towards what the float network that it is given makes of the measurements, before noise of `snrDb`, in the
 * place of the truth (distillation, Hinton et al. 2015). No network gives what the measurements do not tell; where that is most of the error, as at 10 % of
 * compressed sensing, it is most of the gradients' noise too, and the teacher's output is free of it. A poor teacher is a poor truth.
 */
export function taught(binarizer: Binarizer): Binarizer {
  const name = `${binarizer.name}-taught`;
  return {
    name,
    async fit(net, data, options = {}) {
      const by = (own: Dataset, operator: LinearOperator): Dataset => distilled(own, teacherOn(net, operator));
      const { finish } = options;
      const fitted = await binarizer.fit(net, by(data, net.problem.operator),
        { phase: name, ...options, ...(finish && { finish: { ...finish, data: by(finish.data, finish.operator) } }) });
      return { ...fitted, binarizer: name };
    },
  };
}
