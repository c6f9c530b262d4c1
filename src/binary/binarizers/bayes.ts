import type { OneBitNetwork, Param } from '../../types.js';
import { random } from '../../core/random.js';
import type { Binarizer, FitOptions } from '../binarizer.js';
import type { Codes } from '../bits.js';
import { cloneNetwork, oneBitNetwork, oneBitParams } from '../one-bit-network.js';
import { checkPace, fitRelaxed, type Relaxation } from '../relaxed.js';

export interface BayesOptions {
  /** What the divergence from fair coins costs, in units of the training loss and per weight. */
  readonly temperature?: number;
  /** Sharpness of the relaxed samples. */
  readonly tau?: number;
  /** How many times faster than other weights latent values move: 30 finds better signs than 1, but leaves few of them uncertain. */
  readonly pace?: number;
}

/** Signs with their probabilities: of +1, by the name of the matrix, in the order of its weights. */
export interface BayesianNetwork extends OneBitNetwork {
  readonly posterior: ReadonlyMap<string, Float32Array>;
}

const streams = { noise: 0x62617965, draw: 0x64726177 };

/**
 * Independent signs with natural parameters ℓ, P(+1) = 1 / (1 + exp(−2ℓ)): c = tanh((ℓ + δ)/τ) with logistic noise δ, the concrete
 * relaxation of BayesBiNN (Meng et al. 2020), and the gradient of temperature · KL(q ‖ fair coins) beside that of the loss. The
 * optimizer of the options takes the steps, in the place of their natural gradient.
 */
export function meanField({ temperature, tau }: Required<Omit<BayesOptions, 'pace'>>, seed: number): Relaxation {
  return {
    settings: [temperature, tau],
    start: w => Math.atanh(Math.max(-0.95, Math.min(0.95, w))),
    relax({ latent, codes, unit, index }, progress) {
      const rng = random(streams.noise, seed, index, Math.round(progress * 2 ** 30));
      for (let i = 0; i < codes.length; i++) {
        const u = rng.uniform() + 2 ** -33;
        codes[i] = Math.tanh((latent[i]! / unit + Math.log(u / (1 - u)) / 2) / tau);
      }
    },
    pullback({ latent, codes, unit }, gradient) {
      for (let i = 0; i < codes.length; i++) {
        const natural = latent[i]! / unit;
        gradient[i] = ((gradient[i]! * (1 - codes[i]! ** 2)) / tau + temperature * natural * (1 - Math.tanh(natural) ** 2)) / unit;
      }
    },
  };
}

/** Mean-field variational training; the most probable signs, and then what is free beside them. Their probabilities are kept. */
export function bayes({ temperature = 1e-6, tau = 1, pace = 1 }: BayesOptions = {}): Binarizer {
  if (!(temperature >= 0)) throw new RangeError(`bayes: expected temperature >= 0, got ${temperature}`);
  if (!(tau > 0)) throw new RangeError(`bayes: expected tau > 0, got ${tau}`);
  checkPace('bayes', pace);
  return {
    name: 'bayes',
    async fit(net, data, options: FitOptions = {}): Promise<BayesianNetwork> {
      const posterior = new Map<string, Float32Array>();
      const fit = await fitRelaxed('bayes', [net, data, options], { ...meanField({ temperature, tau }, options.seed ?? 1), pace },
        ({ latents, unit }) => {
          for (const [{ name }, latent] of latents) posterior.set(name, latent.value.map(value => 1 / (1 + Math.exp((-2 * value) / unit))));
        });
      return { ...fit, posterior };
    },
  };
}

/**
 * A network whose signs are drawn from the posterior; scale, steps and thresholds stay. A `power` above 1 draws from posteriorᵖᵒʷᵉʳ,
 * normalised: nearer to the likeliest signs, which scale and thresholds were trained for. Throws a RangeError for a power that is not
 * above 0.
 */
export function drawn(net: BayesianNetwork, seed: number, power = 1): OneBitNetwork {
  if (!(power > 0 && power < Infinity)) throw new RangeError(`drawn: expected a finite power above 0, got ${power}`);
  const copy = cloneNetwork(net), codes = new Map<Param, Codes>(oneBitParams(copy).map((param, index) => {
    const rng = random(streams.draw, seed, index);
    return [param, net.posterior.get(param.name)!.map(p => (rng.uniform() < 1 / (1 + ((1 - p) / p) ** power) ? 1 : -1))];
  }));
  return oneBitNetwork(copy, net.binarizer, { scale: net.scale, codes });
}
