import type { OneBitNetwork, UnrolledNetwork } from '../types.js';
import type { FitOptions } from '../binary/binarizer.js';
import { generalizationCertificate, recoveryCertificate } from '../binary/certificate.js';
import { tensor } from '../core/array.js';
import { norm } from '../core/norm.js';
import { accounting, pack } from '../packed/engine.js';
import { backProjection, classical, solveScene, tuned, tunedLambda } from './classical.js';
import { speaksOf, startingNetwork, trained } from './methods.js';
import { nmseDb } from './metrics.js';
import { clipped, imageScores, scoresOf } from './scores.js';
import { checkRun, type Certificates, type Picture, type Result, type Row, type RunOptions } from './rows.js';
import { firstSignals, iteratesOn, measurementOf, signalScene, type Scene } from './scene.js';
import type { Task, TaskInstance } from './task.js';

/** Iterations and signals of the classical solver 'at convergence' (FISTA). */
const converged = { iterations: 300, signals: 200 };
const quickSignals = 200,
  quickScenes = 2,
  quickFactor = 5,
  timedRuns = 7,
  timedMs = 2000,
  shownScenes = 3;

/** Median over a few runs, fewer where they are slow. */
function medianMicros(run: () => unknown): number {
  const times: number[] = [],
    begin = performance.now();
  while (times.length < timedRuns && (times.length === 0 || performance.now() - begin < timedMs)) {
    const start = performance.now();
    run();
    times.push((performance.now() - start) * 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

/** The task with the run's number of steps: shortened if quick. */
function withSteps(instance: TaskInstance, { quick, steps, startSteps }: RunOptions): TaskInstance {
  const { recipe } = instance,
    share = steps === undefined ? 1 : steps / recipe.jointSteps,
    cut = (count: number): number => (quick ? Math.ceil(count / quickFactor) : count);
  return {
    ...instance,
    recipe: {
      ...recipe,
      layerSteps: cut(recipe.layerSteps),
      jointSteps: steps ?? cut(recipe.jointSteps),
      startSteps: startSteps ?? cut(recipe.startSteps ?? 0),
      finishSteps: Math.round(cut(recipe.finishSteps ?? 0) * share),
    },
  };
}

/**
 * Scores methods on a task over seeds. Trained methods share their start and the float network within a seed. Options are
 * checked before anything is computed.
 */
export async function evaluate(task: Task, options: RunOptions): Promise<Result> {
  checkRun(task, options);
  const { seeds, snrDb, supportSelection, quick, folder, weights, onRow, training = {} } = options;
  const variant = options.variant ?? task.variants[0]!,
    layers = options.layers ?? task.layers,
    network = options.network ?? task.networks[0]!;
  const rows: Row[] = [],
    certificates: Certificates[] = [],
    networks = new Map<string, OneBitNetwork>();
  let data = '',
    pictures: Picture[] = [];

  for (const seed of seeds) {
    const instance = withSteps(
      task.make({ variant, seed, network, ...(folder && { folder }), ...(weights && { weights }) }),
      options,
    );
    const { operator, prox, signals, recipe, scoring = { kind: 'signals' } } = instance;
    const methods = options.methods.filter(method => speaksOf(method, instance));
    if (!methods.length)
      throw new RangeError(
        `run: ${options.methods.join(', ')} cannot speak of ${task.name} with ${operator.name}; choose another method`,
      );
    if (instance.scenes && Number.isFinite(snrDb))
      throw new RangeError(`run: expected no --snr for ${task.name}, whose noise is part of the task, got ${snrDb}`);
    if (weights && !['block-cs', 'mri'].includes(task.name))
      throw new RangeError(`run: expected --weights with block-cs or mri, got ${task.name}`);
    data = instance.data;
    const all = instance.scenes?.() ?? [signalScene(instance, snrDb, seed, quick ? quickSignals : Infinity)];
    const scenes = quick ? all.slice(0, quickScenes) : all,
      first = scenes[0]!,
      one = firstSignals(first, 1);
    const shown = scoring.kind === 'images' ? scenes.slice(0, shownScenes) : [];
    const panels = shown.map((): Picture['panels'][number][] => []);

    const timed = async <T>(run: () => Promise<T> | T): Promise<[T, number]> => {
      const begin = performance.now(),
        result = await run();
      return [result, (performance.now() - begin) / 1000];
    };
    const common: FitOptions = {
      ...training,
      seed,
      snrDb,
      batch: recipe.batch,
      ...(recipe.clip !== undefined && { clip: recipe.clip }),
    };
    const phase = (name: string): FitOptions => ({
      ...common,
      phase: `${name}, seed ${seed}`,
      steps: recipe.jointSteps,
      learningRate: recipe.jointRate,
      ...(instance.full && recipe.finishSteps && {
        finish: { ...instance.full, steps: recipe.finishSteps, learningRate: recipe.finishRate ?? recipe.jointRate },
      }),
    });
    const once = <T>(make: () => Promise<T>): (() => Promise<[T, number]>) => {
      let known: Promise<[T, number]> | undefined;
      return () => (known ??= timed(make));
    };
    const getStart = once((): Promise<UnrolledNetwork> =>
      startingNetwork(
        instance,
        signals,
        { layers, supportSelection },
        { ...common, phase: `${instance.network ? 'float start' : 'steps and thresholds'}, seed ${seed}` },
      ),
    );
    const getFloat = once(async (): Promise<OneBitNetwork> =>
      trained['float']!.make(recipe).fit((await getStart())[0], signals, phase('float')),
    );
    let floatNmseDb: number | null = null;

    const problem = { operator, prox },
      penalty = { lambda: instance.lambda, eta: 1 / norm(operator) ** 2 };
    const perIteration = (solver: string): { errors: number[]; x: Float32Array } => {
      const errors: number[] = [];
      const { x } = classical[solver]!(problem, measurementOf(first), penalty, {
        iterations: layers,
        onIterate: iterate => {
          errors.push(nmseDb(iterate, first.truth));
        },
      });
      return { errors, x: x.data };
    };
    const reference = instance.scenes ? undefined : perIteration('ista');
    const few = firstSignals(first, Math.min(converged.signals, first.count));
    const limit = instance.scenes
      ? null
      : nmseDb(classical['fista']!(problem, measurementOf(few), penalty, { iterations: converged.iterations }).x.data, few.truth);

    function emit(
      estimates: readonly Float32Array[],
      row: Pick<
        Row,
        | 'method'
        | 'binarizer'
        | 'nmseDbPerLayer'
        | 'bitsPerWeight'
        | 'bytes'
        | 'fitSeconds'
        | 'steps'
        | 'reconstructMicros'
        | 'floatNmseDb'
        | 'lambda'
      > & { layers?: number },
    ): void {
      const full: Row = {
        task: task.name,
        variant,
        network,
        snrDb: Number.isFinite(snrDb) ? snrDb : null,
        seed,
        layers,
        split: 'test',
        ...scoresOf(estimates, scenes, scoring),
        ...row,
        classicalNmseDb: reference?.errors.at(-1) ?? null,
        classicalConvergedNmseDb: limit,
      };
      rows.push(full);
      onRow?.(full);
      if (scoring.kind === 'images')
        shown.forEach((scene, i) =>
          panels[i]!.push({
            label: row.method,
            image: tensor(clipped(estimates[i]!, scoring.peak), scene.operator.inShape),
            ...imageScores(estimates[i]!, scene, scoring.peak),
          }),
        );
    }
    const unweighted = { binarizer: null, bitsPerWeight: null, bytes: null, floatNmseDb: null, steps: 0 } as const;

    for (const method of methods) {
      if (classical[method]) {
        const { errors, x } = method === 'ista' ? reference! : perIteration(method);
        emit([x], {
          method,
          ...unweighted,
          nmseDbPerLayer: errors,
          fitSeconds: 0,
          reconstructMicros: medianMicros(() => classical[method]!(problem, measurementOf(one), penalty, { iterations: layers })),
        });
        continue;
      }
      if (method === 'linear') {
        const estimate = instance.linear ?? backProjection;
        emit(scenes.map(estimate), {
          method,
          ...unweighted,
          nmseDbPerLayer: [],
          fitSeconds: 0,
          layers: 0,
          reconstructMicros: medianMicros(() => estimate(one)),
        });
        continue;
      }
      if (tuned[method]) {
        const [lambda, fitSeconds] = await timed(() => tunedLambda(method, instance, scoring)),
          { iterations } = instance.tuning!;
        const solve = (scene: Scene): Float32Array => solveScene(method, scene, lambda, iterations);
        emit(scenes.map(solve), {
          method,
          ...unweighted,
          nmseDbPerLayer: [],
          fitSeconds,
          lambda,
          layers: iterations,
          reconstructMicros: medianMicros(() => solve(one)),
        });
        continue;
      }
      const { make, from } = trained[method]!;
      const [start, startSeconds] = await getStart();
      const [floatNet, floatSeconds] = method === 'float' || from === 'float' ? await getFloat() : [undefined, 0];
      const [net, own] =
        method === 'float' ? [floatNet!, 0] : await timed(() => make(recipe).fit(floatNet ?? start, signals, phase(method)));
      const iterates = scenes.map(scene => iteratesOn(net, scene)),
        depth = iterates[0]!.length;
      const estimates = iterates.map(each => each[depth - 1]!);
      const errors = Array.from(
        { length: depth },
        (_, k) =>
          scoresOf(
            iterates.map(each => each[k]!),
            scenes,
            { kind: 'signals' },
          ).nmseDb,
      );
      if (method === 'float') floatNmseDb = errors.at(-1)!;
      const { bitsPerWeight, bytes } = accounting(net),
        startSteps = instance.network ? recipe.startSteps! : recipe.layerSteps * layers;
      const engine = first.blocks || first.operator === net.problem.operator ? pack(net) : undefined;
      const single = first.blocks ? tensor(first.y, [first.blocks.count, ...operator.outShape]) : measurementOf(one);
      emit(estimates, {
        method,
        binarizer: net.binarizer,
        layers: Number(net.description.args['layers']),
        nmseDbPerLayer: errors,
        bitsPerWeight,
        bytes,
        floatNmseDb,
        fitSeconds: startSeconds + floatSeconds + own,
        steps: startSteps + (method === 'alista' ? 0 : recipe.jointSteps + recipe.finishSteps!),
        reconstructMicros: medianMicros(() => (engine ? engine.reconstruct(single) : iteratesOn(net, one))),
      });
      networks.set(method, net);
      if (net.matrices.length && instance.sparsity !== undefined)
        certificates.push({
          method,
          seed,
          recovery: recoveryCertificate(net, instance.sparsity) ?? null,
          generalization: generalizationCertificate(net, recipe.jointSteps * recipe.batch),
        });
    }
    if (scoring.kind === 'images')
      pictures = shown.map((scene, i) => ({
        name: scene.name,
        peak: scoring.peak,
        truth: tensor(scene.truth, scene.operator.inShape),
        panels: panels[i]!,
      }));
  }
  return { data, rows, certificates, networks, pictures };
}
