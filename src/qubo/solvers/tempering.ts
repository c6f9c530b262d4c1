import { spinLadder, type SpinWalker } from '../../kernels/index.js';
import { random } from '../../core/random.js';
import { toSpin } from '../convert.js';
import type { QuadraticModel } from '../model.js';
import { randomState, withIntegerForm, type IntegerForm } from './integer-form.js';
import { runReads, type Reads } from './reads.js';
import { sliced } from './slices.js';
import type { SolveOptions, Solver } from './solver.js';
import { evenLadder } from './temperature-ladder.js';
import { automaticTemperatures, checkRange, geometric } from './temperatures.js';

export interface TemperingOptions {
  /** The highest and the lowest temperature, in units of energy; chosen from the model's gains unless given. */
  readonly hot?: number;
  readonly cold?: number;
  /** Two sets of replicas that exchange clusters; where variables have four neighbours or fewer on average unless given. */
  readonly clusters?: boolean;
}

const defaultSweeps = 1000, defaultReads = 2, stream = 0x74656d70,
  /** A replica has no schedule that ends: the lowest temperature is so much below annealing's. */
  colder = 0.6,
  firstLevels = 16, size = { least: 10, most: 30, rejection: 0.7 },
  /** Rounds after which the temperatures are chosen anew: these, twice as many, … */
  firstChange = 32, lastChange = 4096,
  neighboursForClusters = 4, descentPeriod = 10;

function hasClusters({ n, couplings }: QuadraticModel, wanted = couplings.values.length <= neighboursForClusters * n): boolean {
  return wanted && couplings.kind === 'sparse' && couplings.values.length > 0;
}

function readsOf(form: IntegerForm, options: SolveOptions, own: TemperingOptions): Reads {
  const { seed = 1 } = options, { model, rounding } = form, automatic = automaticTemperatures(form);
  const cold = own.cold === undefined ? colder * automatic.cold : form.countOf(own.cold);
  const hot = Math.max(cold, own.hot === undefined ? automatic.hot : form.countOf(own.hot));
  const sweeps = options.sweeps ?? (options.timeMs === undefined || options.reads !== undefined ? defaultSweeps : Infinity);
  const clusters = hasClusters(model, own.clusters), sets = clusters ? 2 : 1;
  const walkers = new Map<number, SpinWalker>(), leader = form.walker(), descent = form.walker();
  for (let k = 0; k < sets * size.most; k++) {
    const walker = form.walker();
    walkers.set(walker.address, walker);
  }
  const symmetric = clusters && toSpin(model).linear.every(value => value === 0);
  const ladderOptions = { sets, mostLevels: size.most, symmetric, clusterMoves: clusters ? 1 : 0, descentPeriod };
  const ladder = spinLadder(model.n, leader, descent, ladderOptions);

  /** As many levels as there are temperatures: those that come in addition, of walkers that were idle, are the hottest. */
  function arrange(temperatures: Float32Array, order: readonly number[]): void {
    const idle = [...walkers.keys()].filter(address => !order.includes(address)), levels = order.length / sets;
    const addresses = Array.from({ length: sets * temperatures.length }, (_, k) => {
      const level = k % temperatures.length, set = (k - level) / temperatures.length;
      return level < levels ? order[set * levels + level]! : idle.shift()!;
    });
    ladder.arrange(temperatures, addresses.map(address => walkers.get(address)!));
  }

  return {
    rounding,
    start(r) {
      const rng = random(stream, seed, r), waiting = [...walkers.values()];
      const begin = (walker: SpinWalker): void => walker.start(model.linear, randomState(model.n, rng), [rng.bits(), rng.bits()]);
      begin(leader);
      let temperatures = geometric({ hot, cold }, firstLevels).reverse();
      let done = 0, flips = 0, arranged = 0, change = firstChange;
      const beginSome = sliced(count => waiting.splice(0, count).forEach(begin));
      const work = sliced(count => ladder.run(count));
      function adapt(): void {
        const tries = sets * (done - arranged) / 2, rejections = ladder.swaps().map(count => Math.max(0, 1 - count / tries));
        temperatures = evenLadder(temperatures, rejections, size);
        arrange(temperatures, ladder.order());
        arranged = done;
        // The last quarter of a read has the temperatures that it ends with.
        change = change < Math.min(lastChange, sweeps / 4) ? 2 * change : Infinity;
      }
      return {
        step() {
          if (waiting.length) {
            beginSome(waiting.length);
            if (waiting.length) return true;
            arrange(temperatures, []);
            ladder.start();
            return true;
          }
          const count = work(Math.min(sweeps, change) - done);
          done += count;
          flips += count * sets * temperatures.length;
          if (done === change) adapt();
          if (done === sweeps) ladder.descend();
          return done < sweeps;
        },
        energy: () => form.energyOf(leader.energy()),
        sample: () => leader.state(),
        sweeps: () => flips,
      };
    },
    release() {
      ladder.release();
      form.release();
    },
  };
}

/**
 * Parallel tempering (Hukushima & Nemoto 1996): replicas at 10 to 30 temperatures, a sweep of each, then swaps of neighbours; the
 * temperatures move until about 30 % of the swaps are taken. On sparse graphs two replicas at each temperature exchange clusters
 * (Houdayer 2001; Zhu, Ochoa & Katzgraber 2015). Descents from the colder replicas meet in the best sample, which takes from each the
 * clusters that lower it. A read is a whole run, `sweeps` are those of each replica, and `info.sweeps` counts all replicas'; where
 * `timeMs` alone bounds it, there is one read without end. Throws a RangeError for options out of range.
 */
export function tempering(own: TemperingOptions = {}): Solver {
  checkRange('tempering', own);
  return {
    name: 'tempering', defaultReads,
    solve: (model, options = {}) =>
      runReads('tempering', model, () => withIntegerForm(model, form => readsOf(form, options, own)), options, defaultReads),
  };
}
