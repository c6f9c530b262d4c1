// Grids, Gram matrix, errors of roundings and GPTQ against numpy: fixtures/qubo-rounding.py wrote fixtures/qubo-rounding.json.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { random } from '../src/core/random.js';
import { energy, flipGain } from '../src/qubo/model.js';
import type { Solver } from '../src/qubo/solvers/solver.js';
import { annealing } from '../src/qubo/solvers/annealing.js';
import {
  bestOf,
  bySolver,
  calibration,
  codesOf,
  descend,
  exact,
  exactRounding,
  gptq,
  gramFactor,
  greedy,
  inputCodes,
  inputGrid,
  integerGrid,
  kBest,
  kBestRounding,
  largestScale,
  layerProblem,
  nearest,
  neuronProblem,
  outputError,
  quboMethod,
  quboRounding,
  roundingModel,
  sharedCouplings,
  signGrid,
  withoutBias,
  type LayerWeights,
  type Statistics,
  type WeightGrid,
} from '../src/qubo/rounding/index.js';
import { normals } from './helpers.js';

const fixture = JSON.parse(readFileSync('test/fixtures/qubo-rounding.json', 'utf8'));

/** QUBO energy against the measured output error, relative. */
const IDENTITY = 1e-9;
/** Against numpy in f64, relative. */
const AGREEMENT = 1e-10;

const close = (value: number, expected: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(value - expected) <= tolerance * Math.abs(expected), `${what}: ${value}, expected ${expected}`);

interface Case {
  readonly layer: LayerWeights;
  readonly codes: Float32Array;
  readonly outputs: Float64Array;
  readonly samples: number;
  readonly statistics: Statistics;
}

function caseOf(layer: LayerWeights, x: Float32Array, samples: number, grid = inputGrid(Math.min(...x), Math.max(...x))): Case {
  const { fanIn, neurons, weights, biases } = layer,
    codes = inputCodes(grid, x),
    outputs = new Float64Array(samples * neurons);
  for (let t = 0; t < samples; t++)
    for (let l = 0; l < neurons; l++) {
      let y = biases[l]!;
      for (let i = 0; i < fanIn; i++) y += weights[l * fanIn + i]! * x[t * fanIn + i]!;
      outputs[t * neurons + l] = y;
    }
  const sums = calibration(fanIn, neurons, grid.scale);
  sums.add(codes, outputs, samples);
  return { layer, codes, outputs, samples, statistics: sums.statistics() };
}

function published(): Case {
  const { x, W, b, samples, fanIn, neurons } = fixture.layer;
  return caseOf({ fanIn, neurons, weights: Float32Array.from(W), biases: Float32Array.from(b) }, Float32Array.from(x), samples);
}

/** Correlated inputs, one of them dead, one always large. */
function drawn(fanIn: number, neurons: number, samples: number, seed: number): Case {
  const weights = normals(fanIn * neurons, seed, 1),
    biases = normals(neurons, seed, 2),
    noise = normals(samples * (fanIn + 1), seed, 3);
  const x = new Float32Array(samples * fanIn);
  for (let t = 0; t < samples; t++)
    for (let i = 0; i < fanIn; i++)
      x[t * fanIn + i] =
        i === 2
          ? 0
          : Math.max(0, 0.6 * noise[t * (fanIn + 1) + i]! + 0.5 * noise[t * (fanIn + 1) + i + 1]! + (i === 3 ? 2 : 0));
  return caseOf({ fanIn, neurons, weights, biases }, x, samples);
}

/** Σ_t (s Σ v x̂ − y)² / N, sample by sample. */
function measured(
  { layer: { fanIn, neurons }, codes, outputs, samples, statistics }: Case,
  neuron: number,
  v: ArrayLike<number>,
  weightScale: number,
): number {
  const s = weightScale * statistics.inputScale;
  let sum = 0;
  for (let t = 0; t < samples; t++) {
    let own = v[fanIn]!;
    for (let i = 0; i < fanIn; i++) own += v[i]! * codes[t * fanIn + i]!;
    sum += (s * own - outputs[t * neurons + neuron]!) ** 2;
  }
  return sum / samples;
}

const grids: readonly WeightGrid[] = [...Array.from({ length: 8 }, (_, k) => integerGrid(k + 1)), signGrid];

const test = suite('qubo rounding');

test('inputs are int8 with 0 represented exactly, as numpy has them', () => {
  const { min, max, scale, zeroPoint } = fixture.input,
    grid = inputGrid(min, max);
  close(grid.scale, scale, AGREEMENT, 'scale');
  assert.is(grid.zeroPoint, zeroPoint);
  assert.equal([...inputCodes(grid, [0, min, max])], [0, -128 - zeroPoint, 127 - zeroPoint]);
  assert.equal(inputGrid(0.2, 1), inputGrid(0, 1));
  assert.equal([...inputCodes(inputGrid(0, 0), [0])], [0]);
});

test('the Gram matrix of integers is exact, also of the largest ones and over many chunks', () => {
  assert.equal([...published().statistics.gram], fixture.gram);
  const samples = 1000,
    fanIn = 3,
    sums = calibration(fanIn, 1, 1),
    all = Float32Array.from({ length: samples * fanIn }, (_, k) => (k % 3 === 2 ? -255 : 255));
  for (let t = 0; t < samples; t += 125) sums.add(all.slice(t * fanIn, (t + 125) * fanIn), new Float64Array(125), 125);
  const { gram } = sums.statistics(),
    large = 255 * 255 * samples;
  assert.equal([...gram.subarray(0, 4)], [large, large, -large, 255 * samples]);
  assert.is(gram[15], samples);
});

for (const { bits, scale, neurons } of fixture.widths)
  test(`int${bits}: scale, codes, the two choices and the errors of roundings are numpy's`, () => {
    const one = published(),
      grid = integerGrid(bits);
    assert.is(largestScale(grid, one.layer.weights), scale);
    neurons.forEach(
      (
        expected: { rtn: number[]; base: number[]; rtnError: number; minimum: number; some: [number[], number][] },
        l: number,
      ) => {
        const problem = neuronProblem(one.layer, one.statistics, grid, scale, l),
          model = roundingModel(problem);
        const rounded = nearest().round(problem, { factor: () => gramFactor(one.statistics), couplings: sharedCouplings }) as {
          codes: Float64Array;
        };
        assert.equal([...rounded.codes], expected.rtn);
        assert.equal([...problem.low], expected.base);
        close(outputError(problem, rounded.codes), expected.rtnError, AGREEMENT, 'error of nearest');
        for (const [choice, error] of expected.some) close(energy(model, choice), error, AGREEMENT, 'energy');
        const found = exactRounding(problem, rounded.codes);
        assert.ok(found.proven);
        close(outputError(problem, found.codes), expected.minimum, AGREEMENT, 'minimum');
      },
    );
  });

for (const grid of grids)
  test(`${grid.name}: QUBO energy is the measured output error to 1e-9, for one matrix of couplings`, () => {
    const one = drawn(23, 3, 700, 40 + grid.bits),
      scale = largestScale(grid, one.layer.weights),
      rng = random(9, grid.bits);
    const couplings = sharedCouplings(neuronProblem(one.layer, one.statistics, grid, scale, 0));
    for (let l = 0; l < 3; l++) {
      const problem = neuronProblem(one.layer, one.statistics, grid, scale, l),
        model = roundingModel(problem, couplings);
      assert.is(model.couplings, couplings);
      const best = kBest(problem, gramFactor(one.statistics), { keep: 16 }),
        bits = best.map((code, i) => (code === problem.low[i] ? 0 : 1));
      assert.equal([...codesOf(problem, bits)], [...best]);
      for (const choice of [bits, ...Array.from({ length: 5 }, () => Int8Array.from(bits, () => rng.integer(2)))]) {
        const error = measured(one, l, codesOf(problem, choice), scale);
        close(energy(model, Int8Array.from(choice)), error, IDENTITY, 'energy');
        close(outputError(problem, codesOf(problem, choice)), error, IDENTITY, 'error from sums');
      }
    }
  });

test('both choices of every weight lie in the grid: int1 never means +1', () => {
  const one = drawn(11, 2, 60, 3);
  for (const grid of grids)
    for (let l = 0; l < 2; l++) {
      const scale = largestScale(grid, one.layer.weights),
        { low, step, real } = neuronProblem(one.layer, one.statistics, grid, scale, l);
      for (let i = 0; i < 11; i++) {
        assert.ok(low[i]! >= grid.min && low[i]! + step[i]! <= grid.max);
        if (real[i]! >= grid.min && real[i]! <= grid.max) assert.ok(real[i]! >= low[i]! && real[i]! <= low[i]! + step[i]!);
      }
    }
});

test('GPTQ is that of numpy in the form with the inverse Hessian', () => {
  const { n, inputs, weights, cases } = fixture.gptq,
    samples = inputs.length / n,
    gram = new Float64Array(n * n);
  for (let t = 0; t < samples; t++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) gram[i * n + j]! += inputs[t * n + i] * inputs[t * n + j];
  const layer = { fanIn: n, neurons: 4, weights, biases: new Float64Array(4) };
  // The outputs are those of the float weights on the integer inputs, as GPTQ has it.
  const cross = new Float64Array(4 * n);
  for (let l = 0; l < 4; l++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) cross[l * n + i]! += gram[i * n + j]! * weights[l * n + j];
  const statistics: Statistics = {
    n,
    neurons: 4,
    samples,
    inputScale: 1,
    hasBias: false,
    gram,
    cross,
    squares: new Float64Array(4),
  };
  const factor = gramFactor(statistics),
    shared = { factor: () => factor, couplings: sharedCouplings };
  for (const { bits, codes } of cases) {
    const grid = integerGrid(bits),
      scale = largestScale(grid, weights);
    codes.forEach((expected: number[], l: number) => {
      const found = gptq().round(neuronProblem(layer, statistics, grid, scale, l), shared) as { codes: Float64Array };
      assert.equal([...found.codes], expected);
    });
  }
});

test('the sphere decoder finds the minimum of all roundings, with dead inputs and fewer samples than inputs too', () => {
  for (const [fanIn, samples, seed] of [
    [7, 40, 1],
    [9, 5, 2],
    [10, 80, 3],
  ] as const)
    for (const grid of [integerGrid(1), integerGrid(3), signGrid]) {
      const one = drawn(fanIn, 2, samples, seed),
        scale = 0.6 * largestScale(grid, one.layer.weights);
      for (let l = 0; l < 2; l++) {
        const problem = neuronProblem(one.layer, one.statistics, grid, scale, l),
          model = roundingModel(problem);
        let least = Infinity;
        for (let k = 0; k < 2 ** (fanIn + 1); k++)
          least = Math.min(
            least,
            energy(
              model,
              Int8Array.from({ length: fanIn + 1 }, (_, i) => (k >> i) & 1),
            ),
          );
        const start = codesOf(problem, new Int8Array(fanIn + 1)),
          { codes, proven } = exactRounding(problem, start);
        assert.ok(proven);
        assert.ok(Math.abs(outputError(problem, codes) - least) <= IDENTITY * (least + outputError(problem, start)));
        assert.not.ok(exactRounding(problem, start, { nodes: 3 }).proven);
      }
    }
});

test('keeping every partial rounding is exact where there is next to no ridge', () => {
  const one = drawn(6, 1, 200, 5),
    grid = integerGrid(2),
    problem = neuronProblem(one.layer, one.statistics, grid, largestScale(grid, one.layer.weights), 0);
  const found = kBest(problem, gramFactor(one.statistics, 1e-9), { keep: 128 });
  close(outputError(problem, found), outputError(problem, exactRounding(problem, found).codes), IDENTITY, 'error');
});

test('descent ends where no flip gains, and never above its start', () => {
  const one = drawn(40, 2, 150, 6),
    grid = integerGrid(2);
  for (let l = 0; l < 2; l++) {
    const problem = neuronProblem(one.layer, one.statistics, grid, largestScale(grid, one.layer.weights), l),
      model = roundingModel(problem);
    const codes = descend(problem, problem.low.slice()),
      bits = Int8Array.from(codes, (code, i) => (code === problem.low[i] ? 0 : 1));
    for (let i = 0; i < model.n; i++) assert.ok(flipGain(model, bits, i) >= -IDENTITY * energy(model, bits));
    assert.ok(energy(model, bits) < outputError(problem, problem.low));
  }
});

test('quboRounding is never above round to nearest, greedy descent or the decoder, even by a solver that only errs', async () => {
  const worst: Solver = {
    name: 'worst',
    solve: model =>
      Promise.resolve({
        samples: [],
        energies: new Float64Array(),
        best: { sample: new Int8Array(model.n).fill(1), energy: 0 },
        info: { solver: 'worst', seconds: 0, secondsToBest: 0, reads: 1, sweeps: 0, stopped: 'done', proven: false },
      }),
  };
  const problem = layerProblem(drawn(30, 3, 200, 7).layer, drawn(30, 3, 200, 7).statistics);
  for (const grid of grids) {
    const found = await quboRounding(problem, { grid, method: quboMethod(worst) });
    for (const method of [nearest(), greedy(), kBestRounding()])
      (await quboRounding(problem, { grid, method })).errors.forEach((error, l) => assert.ok(found.errors[l]! <= error));
  }
});

test('annealing of a small neuron finds what is proven to be the best', async () => {
  const one = drawn(12, 2, 300, 8),
    problem = layerProblem(one.layer, one.statistics);
  for (const grid of [integerGrid(3), signGrid]) {
    const annealed = await quboRounding(problem, { grid, method: bySolver(annealing(), { seed: 1, sweeps: 400, reads: 10 }) });
    const best = await quboRounding(problem, { grid, method: exact() });
    assert.is(best.proven, 2);
    best.errors.forEach((error, l) => close(annealed.errors[l]!, error, 1e-6, 'error'));
  }
});

test('the errors of a rounded layer are those measured with its codes and integer biases, rounded or fitted', async () => {
  const one = drawn(17, 3, 250, 9);
  for (const bias of ['rounded', 'fitted'] as const)
    for (const grid of [integerGrid(1), integerGrid(4), signGrid])
      for (const scale of ['largest', 'fitted'] as const) {
        const found = await quboRounding(layerProblem(one.layer, one.statistics, { bias }), { grid, method: greedy(), scale });
        assert.ok(found.codes.every(code => code >= grid.min && code <= grid.max && (code - grid.min) % grid.step === 0));
        for (let l = 0; l < 3; l++) {
          const v = [...found.codes.subarray(l * 17, (l + 1) * 17), found.biases[l]!],
            error = measured(one, l, v, found.scale);
          close(found.errors[l]!, error, IDENTITY, 'error');
          if (bias === 'fitted')
            for (const by of [-1, 1]) assert.ok(measured(one, l, [...v.slice(0, 17), v[17]! + by], found.scale) >= error);
        }
      }
});

test('a fitted scale has at most the error of the largest scale', async () => {
  const one = drawn(20, 4, 250, 10),
    problem = layerProblem(one.layer, one.statistics, { bias: 'fitted' });
  for (const grid of grids)
    for (const method of [nearest(), greedy(), gptq()]) {
      const errors = async (scale: 'largest' | 'fitted'): Promise<number> =>
        (await quboRounding(problem, { grid, method, scale })).errors.reduce((sum, error) => sum + error, 0);
      assert.ok((await errors('fitted')) <= 1.001 * (await errors('largest')), `${grid.name} ${method.name}`);
    }
});

test('statistics without the bias give the error with the best real bias', () => {
  const one = drawn(8, 1, 90, 11),
    { statistics } = one,
    centred = withoutBias(statistics),
    grid = integerGrid(3),
    scale = largestScale(grid, one.layer.weights);
  const problem = neuronProblem(one.layer, centred, grid, scale, 0),
    codes = problem.low,
    s = scale * statistics.inputScale;
  const whole = neuronProblem(one.layer, statistics, grid, scale, 0);
  const errorAt = (bias: number): number => outputError(whole, Float64Array.of(...codes, bias));
  // A parabola in the bias: its minimum from three points.
  const [a, b, c] = [errorAt(-1000), errorAt(0), errorAt(1000)],
    curve = (a + c - 2 * b) / 2,
    slope = (c - a) / 2;
  close(curve, (1000 * s) ** 2, 1e-6, 'curvature');
  close(outputError(problem, codes), b - (slope * slope) / (4 * curve), 1e-6, 'error');
});

test('what cannot be is refused in one line', async () => {
  const one = drawn(4, 2, 30, 12),
    problem = layerProblem(one.layer, one.statistics);
  const refused = (run: () => unknown, pattern: RegExp): void =>
    assert.throws(run, (error: unknown) => error instanceof RangeError && pattern.test(error.message));
  refused(() => integerGrid(9), /expected 1 to 8 bits, got 9/);
  refused(() => largestScale(integerGrid(2), [1, NaN]), /finite weights, got NaN at 1/);
  refused(() => inputGrid(0, Infinity), /finite range/);
  refused(() => calibration(2, 1, 1).statistics(), /expected samples, got none/);
  refused(() => calibration(2, 1, 1).add(Float32Array.of(1, 256), [0], 1), /from −255 to 255, got 256/);
  refused(() => calibration(2, 1, 1).add(Float32Array.of(1, 0.5), [0], 1), /integers/);
  refused(() => calibration(2, 1, 1).add(Float32Array.of(1), [0], 1), /1 × 2 inputs/);
  refused(() => layerProblem({ ...one.layer, neurons: 3 }, one.statistics), /3 × 4 weights/);
  refused(() => layerProblem(drawn(5, 2, 30, 12).layer, one.statistics), /statistics of 2 × 5 weights, got 2 × 4/);
  refused(
    () => kBest(neuronProblem(one.layer, one.statistics, signGrid, 1, 0), gramFactor(one.statistics), { keep: 0 }),
    /keep 1 or more/,
  );
  for (const [options, pattern] of [
    [{ scale: 0 }, /scale above 0/],
    [{ scale: 1e-13 }, /within int32/],
  ] as const)
    try {
      await quboRounding(problem, { grid: integerGrid(2), method: nearest(), ...options });
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof RangeError && pattern.test(error.message), String(error));
    }
  try {
    await quboRounding(problem, { grid: signGrid, method: bestOf([]) });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /expected methods, got none/);
  }
});

test.run();
