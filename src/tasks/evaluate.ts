import type { Dataset, OneBitNetwork, Tensor, UnrolledNetwork } from '../types.js';
import type { FitOptions } from '../binary/binarizer.js';
import { generalizationCertificate, recoveryCertificate } from '../binary/certificate.js';
import { tensor } from '../core/array.js';
import { norm } from '../core/norm.js';
import { pack } from '../packed/engine.js';
import { measured } from '../unrolled/batches.js';
import { classical, isAnalytic, startingNetwork, trained } from './methods.js';
import { nmseDb, psnrDb } from './metrics.js';
import { checkRun, type Certificates, type Result, type Row, type RunOptions } from './rows.js';
import type { Task, TaskInstance } from './task.js';

/** Iterations and signals of the classical solver 'at convergence' (FISTA). */
const converged = { iterations: 300, signals: 200 };
const quickSignals = 200,
  quickFactor = 5,
  timedRuns = 7;

interface TestSet {
  readonly x: Float32Array;
  readonly y: Tensor;
  readonly count: number;
}

function testSet({ operator }: TaskInstance, signals: Dataset, snrDb: number, seed: number, limit: number): TestSet {
  const count = Math.min(signals.size.test, limit);
  const source = measured(operator, signals, { snrDb, seed, validation: 0 });
  const x = new Float32Array(count * source.n),
    y = new Float32Array(count * source.m);
  source.fill(
    'test',
    Array.from({ length: count }, (_, i) => i),
    x,
    y,
  );
  return { x, y: tensor(y, [count, ...operator.outShape]), count };
}

const firstSignals = (y: Tensor, count: number): Tensor =>
  tensor(y.data.subarray(0, (y.data.length / y.shape[0]!) * count), [count, ...y.shape.slice(1)]);

function medianMicros(run: () => void): number {
  const times = Array.from({ length: timedRuns }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) * 1000;
  });
  return times.sort((a, b) => a - b)[timedRuns >> 1]!;
}

/** The task with the run's number of steps: shortened if quick. */
function withSteps(instance: TaskInstance, { quick, steps }: RunOptions): TaskInstance {
  const { recipe } = instance,
    cut = (count: number): number => (quick ? Math.ceil(count / quickFactor) : count);
  return { ...instance, recipe: { ...recipe, layerSteps: cut(recipe.layerSteps), jointSteps: steps ?? cut(recipe.jointSteps) } };
}

/**
 * Scores methods on a task over seeds. Trained methods share their start and the float network within a seed. Options are
 * checked before anything is computed.
 */
export async function evaluate(task: Task, options: RunOptions): Promise<Result> {
  checkRun(task, options);
  const { methods, seeds, snrDb, supportSelection, quick, read, onRow, training = {} } = options;
  const variant = options.variant ?? task.variants[0]!,
    layers = options.layers ?? task.layers;
  const rows: Row[] = [],
    certificates: Certificates[] = [],
    networks = new Map<string, OneBitNetwork>();
  let data = '';
  for (const seed of seeds) {
    const instance = withSteps(task.make({ variant, seed, ...(read && { read }) }), options);
    const { operator, prox, signals, recipe } = instance,
      problem = { operator, prox };
    const weights = { lambda: instance.lambda, eta: 1 / norm(operator) ** 2 };
    data = instance.data;
    const test = testSet(instance, signals, snrDb, seed, quick ? quickSignals : Infinity);
    const common: FitOptions = { ...training, seed, snrDb, batch: recipe.batch };
    const seconds = { start: 0, float: 0 };
    const timed = async <T>(run: () => Promise<T>): Promise<[T, number]> => {
      const begin = performance.now(),
        result = await run();
      return [result, (performance.now() - begin) / 1000];
    };
    const phase = (name: string): FitOptions => ({
      ...common,
      phase: `${name}, seed ${seed}`,
      steps: recipe.jointSteps,
      learningRate: recipe.jointRate,
    });
    let start: UnrolledNetwork | undefined, floatNet: OneBitNetwork | undefined;
    const getStart = async (): Promise<UnrolledNetwork> => {
      if (!start)
        [start, seconds.start] = await timed(() =>
          startingNetwork(
            instance,
            signals,
            { layers, supportSelection },
            { ...common, phase: `steps and thresholds, seed ${seed}` },
          ),
        );
      return start;
    };
    const getFloat = async (): Promise<OneBitNetwork> => {
      if (!floatNet) {
        const from = await getStart();
        [floatNet, seconds.float] = await timed(() => trained['float']!.make().fit(from, signals, phase('float')));
      }
      return floatNet;
    };

    const perIteration = (solver: string): { errors: number[]; x: Float32Array } => {
      const errors: number[] = [];
      const { x } = classical[solver]!(problem, test.y, weights, {
        iterations: layers,
        onIterate: iterate => {
          errors.push(nmseDb(iterate, test.x));
        },
      });
      return { errors, x: x.data };
    };
    const ista = perIteration('ista');
    const few = Math.min(converged.signals, test.count),
      firstX = test.x.subarray(0, (test.x.length / test.count) * few);
    const limit = nmseDb(
      classical['fista']!(problem, firstSignals(test.y, few), weights, { iterations: converged.iterations }).x.data,
      firstX,
    );
    const one = firstSignals(test.y, 1);
    const emit = (
      row: Pick<
        Row,
        | 'method'
        | 'binarizer'
        | 'nmseDbPerLayer'
        | 'bitsPerWeight'
        | 'bytes'
        | 'fitSeconds'
        | 'reconstructMicros'
        | 'floatNmseDb'
        | 'psnrDb'
      >,
    ): void => {
      const full: Row = {
        task: task.name,
        variant,
        snrDb: Number.isFinite(snrDb) ? snrDb : null,
        seed,
        layers,
        split: 'test',
        ...row,
        nmseDb: row.nmseDbPerLayer.at(-1)!,
        ssim: null,
        classicalNmseDb: ista.errors.at(-1)!,
        classicalConvergedNmseDb: limit,
      };
      rows.push(full);
      onRow?.(full);
    };

    const speaks = (method: string): boolean => method !== 'alista' || isAnalytic(instance);
    if (!methods.some(speaks))
      throw new RangeError(`run: alista needs a dense or block operator, got ${operator.name}; choose another method`);
    for (const method of methods.filter(speaks)) {
      if (classical[method]) {
        const { errors, x } = method === 'ista' ? ista : perIteration(method);
        emit({
          method,
          binarizer: null,
          nmseDbPerLayer: errors,
          psnrDb: psnrDb(x, test.x),
          bitsPerWeight: null,
          bytes: null,
          fitSeconds: 0,
          floatNmseDb: null,
          reconstructMicros: medianMicros(() => classical[method]!(problem, one, weights, { iterations: layers })),
        });
        continue;
      }
      const { make, from } = trained[method]!;
      const source = from === 'float' ? await getFloat() : await getStart();
      const [net, own] =
        method === 'float'
          ? ([await getFloat(), seconds.float] as const)
          : await timed(() => make().fit(source, signals, phase(method)));
      const engine = pack(net);
      const errors = net.iterates(test.y).map(x => nmseDb(x.data, test.x));
      const packed = engine.reconstruct(test.y).data;
      emit({
        method,
        binarizer: net.binarizer,
        nmseDbPerLayer: [...errors.slice(0, -1), nmseDb(packed, test.x)],
        psnrDb: psnrDb(packed, test.x),
        bitsPerWeight: engine.bitsPerWeight,
        bytes: engine.bytes,
        fitSeconds: seconds.start + (from === 'float' ? seconds.float : 0) + own,
        floatNmseDb: floatNet ? nmseDb(floatNet.forward(test.y).data, test.x) : null,
        reconstructMicros: medianMicros(() => engine.reconstruct(one)),
      });
      networks.set(method, net);
      if (net.matrices.length)
        certificates.push({
          method,
          seed,
          recovery: recoveryCertificate(net, instance.sparsity) ?? null,
          generalization: generalizationCertificate(net, recipe.jointSteps * recipe.batch),
        });
    }
  }
  return { data, rows, certificates, networks };
}
