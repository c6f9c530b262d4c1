import type { QuadraticModel } from '../model.js';
import { bifurcationOf, type Agents, type BifurcationParameters } from './agents.js';
import { withIntegerForm, type IntegerForm } from './integer-form.js';
import { sweepsOf } from './lengths.js';
import { runReads, type Read, type Reads } from './reads.js';
import { descending, sliced } from './slices.js';
import type { SolveOptions, Solver } from './solver.js';

/** Ballistic, and heated by 0.1, unless given. */
export type BifurcationOptions = Partial<BifurcationParameters>;

const defaultHeat = 0.1, defaultSteps = 1000, defaultReads = 32, stream = 0x62696675;

/** Reads are the agents: the first that is asked for moves some of those after it along. */
function readsOf(form: IntegerForm, given: QuadraticModel, options: SolveOptions, parameters: BifurcationParameters): Reads {
  const { seed = 1, firstRead = 0, readStep = 1 } = options, walker = form.walker(), { n, linear } = form.model;
  const system = bifurcationOf(given, parameters), { together } = system;
  const count = options.reads ?? (options.timeMs === undefined ? defaultReads : Infinity);
  let agents: Agents | undefined, first = 0;

  function moveOn(k: number): Agents {
    agents?.release();
    agents = undefined;
    first = k;
    const seeds = Array.from({ length: Math.min(together, count - k) }, (_, a) => [stream, seed, firstRead + (k + a) * readStep]);
    agents = system.start(seeds, sweepsOf(k / together, options, defaultSteps));
    return agents;
  }

  return {
    start(r): Read {
      const k = (r - firstRead) / readStep, own = agents && k - first < agents.count ? agents : moveOn(k), a = k - first;
      const steps = sweepsOf(Math.floor(k / together), options, defaultSteps), work = sliced(length => own.advance(length));
      let descend: (() => boolean) | undefined;
      /** Of all agents while they are under way, then of its own. */
      const leader = (): number => {
        let best = a;
        if (!descend) for (let b = 0; b < own.count; b++) if (own.energy(b) < own.energy(best)) best = b;
        return best;
      };
      return {
        step() {
          if (!descend && system.prepare()) return true;
          if (own.done() < steps) {
            work(steps - own.done());
            return true;
          }
          if (!descend) {
            walker.start(linear, own.sample(a), [0, 1]);
            descend = descending(walker, n);
          }
          return descend();
        },
        energy: () => (descend ? form.energyOf(walker.bestEnergy()) : own.energy(leader())),
        sample: () => (descend ? walker.best() : own.sample(leader())),
        sweeps: () => (descend ? steps : own.done() * own.count),
      };
    },
    release() {
      agents?.release();
      system.release();
      form.release();
    },
  };
}

/**
 * Simulated bifurcation (Goto et al. 2021; heated, Kanao & Goto 2022): particles that fall to either side, many agents at once; from
 * the best signs that each has met a descent leads to its sample. A read is an agent, and a sweep a step of one. Throws a RangeError
 * for options out of range.
 */
export function bifurcation(own: BifurcationOptions = {}): Solver {
  const { mode = 'ballistic', dt, heat = defaultHeat } = own, name = mode === 'ballistic' ? 'bifurcation' : 'bifurcation-discrete';
  if (mode !== 'ballistic' && mode !== 'discrete')
    throw new RangeError(`bifurcation: expected mode ballistic or discrete, got ${String(mode)}`);
  if (dt !== undefined && !(dt > 0 && dt < Infinity)) throw new RangeError(`bifurcation: expected a time step above 0, got ${dt}`);
  if (!(heat >= 0 && heat < Infinity)) throw new RangeError(`bifurcation: expected a heat of 0 or more, got ${heat}`);
  const parameters = { mode, heat, ...(dt !== undefined && { dt }) };
  return {
    name, defaultReads,
    solve: (model, options = {}) =>
      runReads(name, model, () => withIntegerForm(model, form => readsOf(form, model, options, parameters)), options, defaultReads),
  };
}
