import type { OneBitNetwork } from '../types.js';
import { train } from '../unrolled/train.js';
import { finishing, jointDefaults, type Binarizer } from './binarizer.js';
import { signs } from './codes.js';
import { latentWeights, type LatentOptions } from './latent.js';
import { carried, cloneToBinarize, oneBitNetwork } from './one-bit-network.js';

/** Training of latent weights, or of what is left free beside frozen codes, then codes. */
export async function fitLatent(
  name: string, [net, data, options = {}]: Parameters<Binarizer['fit']>, latent: LatentOptions,
): Promise<OneBitNetwork> {
  let copy = cloneToBinarize(name, net), reparametrisation = latentWeights(copy, latent);
  await train(copy, data, { phase: name, ...jointDefaults, ...options, reparametrisation });
  if (options.finish) {
    copy = carried(copy, options.finish.operator);
    reparametrisation = reparametrisation.carriedTo(copy);
    await train(copy, options.finish.data, { ...finishing(options, name), reparametrisation });
  }
  return oneBitNetwork(copy, name, reparametrisation.coded());
}

/** A network of weights ±λ keeps their signs; λ, steps and thresholds are trained. */
export const frozenSigns: LatentOptions = { encode: () => signs, scales: 'global', mixing: 0, bound: 1, frozen: true };
