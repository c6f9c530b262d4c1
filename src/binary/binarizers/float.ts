import { finishing, jointDefaults, type Binarizer } from '../binarizer.js';
import { carried, cloneNetwork } from '../one-bit-network.js';
import { train } from '../../unrolled/train.js';

/** The control: the same masked network, trained further with its weights left in f32. */
export const float = (): Binarizer => ({
  name: 'float',
  async fit(net, data, options = {}) {
    let copy = cloneNetwork(net);
    await train(copy, data, { phase: 'float', ...jointDefaults, ...options });
    if (options.finish) {
      copy = carried(copy, options.finish.operator);
      await train(copy, options.finish.data, finishing(options, 'float'));
    }
    return { ...copy, binarizer: 'float', scale: 1, matrices: [] };
  },
});
