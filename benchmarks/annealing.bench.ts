// Sweeps of simulated annealing on dense models, beside a C++ loop over lists of neighbours (peers/annealing.cpp).
import { random } from '../src/core/random.js';
import { fromMatrix, toSpin } from '../src/qubo/index.js';
import { integerForm, randomState } from '../src/qubo/solvers/integer-form.js';
import { automaticTemperatures, geometric } from '../src/qubo/solvers/temperatures.js';
import type { Case } from './case.js';

/** Two searches end in different local minima; after so few sweeps these lie within some per cent. */
const sameQuality = 0.05, seed = 1;

/** A symmetric matrix of whole numbers from −100 to 100, as the bqp instances have. */
function dense(n: number): Float64Array {
  const rng = random(n), Q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) Q[i * n + j] = Q[j * n + i] = rng.integer(201) - 100;
  return Q;
}

function annealing(n: number, sweeps: number): Case {
  return {
    kernel: 'annealing', shape: `${n} variables, ${sweeps} sweeps`, batch: 1, mask: 'dense', tolerance: sameQuality,
    prepare() {
      const model = fromMatrix(dense(n), n, { layout: 'dense' }), form = integerForm(model), walker = form.walker();
      const range = automaticTemperatures(form), temperatures = geometric(range, sweeps), output = new Float32Array(1), rng = random(seed);
      const state = randomState(n, rng), spins = toSpin(model), J = spins.couplings.values;
      const run = (): void => {
        walker.start(model.linear, state, [1, 2]);
        walker.anneal(temperatures);
        output[0] = walker.energy() - spins.offset;
      };
      const arrays = {
        h: { data: Float32Array.from(spins.linear), shape: [n] }, J: { data: Float32Array.from(J), shape: [n, n] },
        temperatures: { data: temperatures, shape: [sweeps] },
      };
      return { run, output, peers: [{ peer: 'cpp', op: 'anneal', arrays, sizes: { seed } }] };
    },
  };
}

export const annealingCases: readonly Case[] = [annealing(500, 500), annealing(2000, 100)];
