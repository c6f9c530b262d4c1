import type { OneBitNetwork } from '../types.js';
import { tensor } from '../core/array.js';
import { accounting, pack } from '../packed/engine.js';
import { parts } from './parts.js';
import { backProjection, classical, classicalIterates, solveSignals } from './classical.js';
import { trained } from './methods.js';
import type { MethodRow } from './rows.js';
import { asNetworksSee, firstSignals, iteratesOn, measurementOf } from './scene.js';
import type { SeedRun } from './seed-run.js';
import { medianMicros, timed } from './timing.js';
import { solveScene, solveScenes, tuned, tunedLambda } from './tuned.js';

/** A method's reconstructions of the scenes, and what its row says beside their scores. */
export interface Answer {
  readonly estimates: readonly Float32Array[];
  readonly row: MethodRow;
  readonly net?: OneBitNetwork;
}

type Answering = (method: string, run: SeedRun) => Promise<Answer> | Answer;

const unweighted = {
  binarizer: null,
  nmseDbPerLayer: [],
  bitsPerWeight: null,
  bytes: null,
  fitSeconds: 0,
  steps: 0,
  floatNmseDb: null,
} as const;

const classicalAnswer: Answering = (method, { instance, scenes: [scene], layers, reference }) => {
  const { errors, x } = method === 'ista' ? reference!.ista : classicalIterates(method, instance, scene!, layers),
    one = firstSignals(scene!, 1);
  const reconstructMicros = medianMicros(() => solveSignals(method, instance, one, { iterations: layers }));
  return { estimates: [x], row: { ...unweighted, layers, nmseDbPerLayer: errors, reconstructMicros } };
};

const linearAnswer: Answering = async (_, { instance, scenes, linearSeconds }) => {
  const fitSeconds = await linearSeconds(),
    estimate = instance.linear ?? backProjection,
    seen = scenes.map(asNetworksSee),
    one = firstSignals(seen[0]!, 1);
  const estimates = seen.map(estimate);
  return { estimates, row: { ...unweighted, layers: 0, fitSeconds, reconstructMicros: medianMicros(() => estimate(one)) } };
};

const tunedAnswer: Answering = async (method, { instance, scenes, scoring, phase }) => {
  const told = phase(method),
    [lambda, fitSeconds] = await timed(() => tunedLambda(method, instance, scoring, told)),
    one = firstSignals(scenes[0]!, 1);
  const solutions = await solveScenes(method, scenes, lambda, parts(told.phase!, scenes.length, told));
  return {
    estimates: solutions.map(({ x }) => x.data),
    row: {
      ...unweighted,
      layers: Math.max(...solutions.map(solution => solution.iterations)),
      fitSeconds,
      lambda,
      reconstructMicros: medianMicros(() => solveScene(method, one, lambda)),
    },
  };
};

const trainedAnswer: Answering = async (method, run) => {
  const { instance, scenes, layers } = run,
    { operator, signals, recipe } = instance,
    { make, from } = trained[method]!;
  const isFloat = method === 'float',
    [given, before] = isFloat || from === 'float' ? await run.float() : await run.start();
  const [net, own] = isFloat ? [given as OneBitNetwork, 0] : await timed(() => make(recipe).fit(given, signals, run.phase(method)));
  // The float network is trained here where it is to come later, so that its error does not depend on the order.
  const float = run.methods.includes('float') ? await run.scoredFloat() : undefined;
  const { estimates, errors } = isFloat ? float! : run.scored(net);
  const startSteps = instance.network ? recipe.startSteps! : recipe.layerSteps * layers;
  const first = asNetworksSee(scenes[0]!),
    one = firstSignals(first, 1),
    engine = first.blocks || first.operator === net.problem.operator ? pack(net) : undefined;
  const y = first.blocks ? tensor(first.y, [first.blocks.count, ...operator.outShape]) : measurementOf(one);
  return {
    estimates,
    net,
    row: {
      binarizer: net.binarizer,
      layers: Number(net.description.args['layers']),
      ...(net.description.args['features'] !== undefined && { features: Number(net.description.args['features']) }),
      ...(net.description.args['frame'] !== undefined && { frame: Number(net.description.args['frame']) }),
      nmseDbPerLayer: errors,
      ...accounting(net),
      fitSeconds: before + own,
      steps: startSteps + (method === 'alista' ? 0 : recipe.jointSteps + (instance.full ? recipe.finishSteps! : 0)),
      reconstructMicros: medianMicros(() => (engine ? engine.reconstruct(y) : iteratesOn(net, one))),
      floatNmseDb: float?.errors.at(-1) ?? null,
    },
  };
};

/** What a method makes of a seed's scenes. */
export function answerOf(method: string, run: SeedRun): Promise<Answer> | Answer {
  if (Object.hasOwn(classical, method)) return classicalAnswer(method, run);
  if (Object.hasOwn(tuned, method)) return tunedAnswer(method, run);
  return (method === 'linear' ? linearAnswer : trainedAnswer)(method, run);
}
