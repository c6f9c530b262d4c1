import { agentSystem } from '../../kernels/index.js';
import { random } from '../../core/random.js';
import { rowSums, toSpin } from '../convert.js';
import type { QuadraticModel, Sample } from '../model.js';
import { extremes } from './self-couplings.js';

/** Agents on their way together: each is a function of its own seed. */
export interface Agents {
  readonly count: number;
  done(): number;
  /** Steps of all agents; how they are cut into calls makes no difference. */
  advance(count: number): void;
  /** The lowest energy that agent a has met, and its bits: zeros before it moves. */
  energy(a: number): number;
  sample(a: number): Sample;
  release(): void;
}

export interface BifurcationParameters {
  /** Couplings act on positions, or on their signs. */
  readonly mode: 'ballistic' | 'discrete';
  /** The time step; chosen from the largest eigenvalue of the couplings unless given. */
  readonly dt?: number;
  /** A part dt · heat of every velocity that outlasts walls; 0 for none. */
  readonly heat: number;
}

export interface Bifurcation {
  /** How many agents are best moved together. */
  readonly together: number;
  /** Works on for one product with the couplings; false once agents can move. */
  prepare(): boolean;
  start(seeds: readonly (readonly number[])[], steps: number): Agents;
  release(): void;
}

const samplingPeriod = 50, firstSpread = 1, largestStep = 1.25, agentOperations = 2 ** 21;

/** Up to coefficients of two to this and down to its inverse all sums and squares fit in single precision. */
const largestExponent = 40;

interface Sums { readonly largest: number; readonly total: number; readonly squares: number }

function sumsOf(values: Float64Array): Sums {
  let largest = 0, total = 0, squares = 0;
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    largest = Math.max(largest, Math.abs(value));
    total += value;
    squares += value * value;
  }
  return { largest, total, squares };
}

/** The model over spins: of bits in units of a quarter, which leaves the couplings as they are. */
function overSpins(given: QuadraticModel): { model: QuadraticModel; unit: number } {
  if (given.vartype === 'spin') return { model: given, unit: 1 };
  const sums = rowSums(given), linear = given.linear.map((value, i) => 2 * value + sums[i]!);
  const offset = given.offset + sumsOf(given.linear).total / 2 + sumsOf(sums).total / 8;
  return { model: { ...given, vartype: 'spin', linear, offset }, unit: 1 / 4 };
}

/** The model over spins; where single precision is too narrow, in units of a power of two near its largest coefficient. */
function normalized(given: QuadraticModel): { model: QuadraticModel; unit: number } {
  const largest = Math.max(sumsOf(given.linear).largest, sumsOf(given.couplings.values).largest);
  const exponent = largest > 0 ? Math.floor(Math.log2(largest)) : 0, unit = 2 ** exponent;
  if (Math.abs(exponent) <= largestExponent) return overSpins(given);
  const spin = toSpin(given), { linear, couplings } = spin;
  const inUnits = (values: Float64Array): Float64Array => values.map(value => value / unit);
  return { model: { ...spin, linear: inUnits(linear), couplings: { ...couplings, values: inUnits(couplings.values) } }, unit };
}

/** c₀ = ½ √(N − 1) / ‖J‖ (Goto et al. 2021); a field counts as the couplings of one spin more. */
function strengthOf(n: number, linear: Sums, couplings: Sums): number {
  const field = 2 * linear.squares, norm = Math.sqrt(couplings.squares + field), spins = n + (field > 0 ? 1 : 0);
  return norm > 0 ? Math.sqrt(spins - 1) / (2 * norm) : 0;
}

/**
 * Simulated bifurcation of a model: pressure rises from 0 to 1 over all steps, signs are looked at every 50. The time step keeps the
 * fastest oscillation, of frequency √(1 + c₀ λ) for the largest eigenvalue λ of J, away from 2, where steps become unstable.
 */
export function bifurcationOf(given: QuadraticModel, { mode, dt, heat }: BifurcationParameters): Bifurcation {
  const { model, unit } = normalized(given), { n } = model;
  const linear = sumsOf(model.linear), couplings = sumsOf(model.couplings.values);
  const strength = strengthOf(n, linear, couplings), atZeros = couplings.total / 2 - linear.total;
  const system = agentSystem(n, model.couplings, model.linear);
  const discrete = mode === 'discrete', finding = extremes(model);
  let step = dt;
  return {
    together: 4 * Math.max(2, Math.min(8, Math.floor(agentOperations / model.couplings.values.length))),
    prepare() {
      if (step !== undefined) return false;
      const next = finding.next();
      if (next.done) step = largestStep / Math.sqrt(1 + strength * next.value.largest);
      return !next.done;
    },
    start(seeds, steps) {
      const batch = system.batch(seeds.length), { width, x, y } = batch;
      const lowest = seeds.map(() => atZeros), samples = seeds.map(() => new Int8Array(n));
      let done = 0;
      seeds.forEach((seed, a) => {
        const rng = random(...seed);
        for (let at = a; at < n * width; at += width) {
          x[at] = firstSpread * (2 * rng.uniform() - 1);
          y[at] = firstSpread * (2 * rng.uniform() - 1);
        }
      });
      function keep(): void {
        batch.energies().subarray(0, seeds.length).forEach((energy, a) => {
          if (!(energy < lowest[a]!)) return;
          lowest[a] = energy;
          samples[a] = Int8Array.from({ length: n }, (_, i) => (batch.signs[i * width + a]! > 0 ? 1 : 0));
        });
      }
      return {
        count: seeds.length,
        done: () => done,
        advance(count) {
          if (done === 0) keep();
          for (const end = done + count; done < end;) {
            batch.step({ dt: step!, pressure: steps === 1 ? 1 : done / (steps - 1), strength, heat, discrete });
            if (++done % samplingPeriod === 0 || done === steps) keep();
          }
        },
        energy: a => unit * lowest[a]! + model.offset,
        sample: a => samples[a]!,
        release: () => batch.release(),
      };
    },
    release: () => system.release(),
  };
}
