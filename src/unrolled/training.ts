import type { Dataset, Param, UnrolledNetwork } from '../types.js';
import { digest } from '../core/digest.js';
import { alloc, axpby, dot, free } from '../kernels/index.js';
import { measured } from './batches.js';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.js';
import { lossAndGradient, lossOf } from './loss.js';
import { originOf, startsAt } from './origin.js';
import { adam } from './optimizer.js';
import { distinct, moveToKernels } from './param.js';
import { stagesOf, type Stage } from './schedule.js';
import type { Progress, ThreadedGradient, TrainOptions } from './train.js';
import { checkTrainOptions } from './train-options.js';

interface Training {
  /** One step; false when there was none left to do. */
  step(): Promise<boolean>;
  progress(): Omit<Progress, 'phase'>;
  save(): void;
  /** Gives the kernels' memory back and ends the threads; the network keeps its values. */
  release(): Promise<void>;
}

/** Shortens the gradients of `params`, taken together, to at most `limit`. */
function clipGradients(params: readonly Param[], limit: number): void {
  const length = Math.sqrt(params.reduce((sum, { grad }) => sum + dot(grad, grad), 0));
  if (length > limit) for (const { grad } of params) axpby(limit / length, grad, 0, grad, grad);
}

const keepAbove = ({ value, min = -Infinity }: Param): void => {
  if (min !== -Infinity) for (let i = 0; i < value.length; i++) if (value[i]! < min) value[i] = min;
};

/** The state of one training, advanced a step at a time; everything that it depends on is in a checkpoint. */
export function training(net: UnrolledNetwork, data: Dataset, options: TrainOptions): Training {
  const { batch = 64, seed = 1, snrDb = Infinity, optimizer = adam(), decay = 'cosine', clip = Infinity, earlyStop, reparametrisation,
    checkpoint, phase = 'train' } = options;
  checkTrainOptions(options);
  const source = measured(net.problem.operator, data, { snrDb, seed, validation: earlyStop?.signals ?? 0 });
  const stages = stagesOf(net, reparametrisation ? params => reparametrisation.movedFor(params) : params => params, options);
  const steps = stages.reduce((sum, stage) => sum + stage.steps, 0);
  const layerLoss = options.layerLoss?.(net);
  const params = distinct([...net.params, ...stages.flatMap(stage => [...stage.moved]), ...(layerLoss?.params ?? [])]);
  const wanted = new Map(net.params.map(param => [param, param.trainable]));
  const fingerprint = JSON.stringify({ network: net.description, operator: net.problem.operator.name, data: data.name, batch, seed,
    origin: checkpoint ? originOf(net, data) : [],
    snrDb: String(snrDb), optimizer: [optimizer.name, ...(optimizer.settings ?? [])], decay, clip: String(clip), earlyStop: earlyStop ?? null, layerLoss: layerLoss?.name, settings: reparametrisation?.settings,
    stages: stages.map(({ depth, learningRate, steps: count, moved }) => [depth, learningRate, count, moved.map(param => param.name)]) });

  const movedIn = ({ moved }: Stage): Param[] => moved.filter(param => wanted.get(param) ?? true);

  let at = { stage: 0, step: 0, total: 0, best: Infinity, stale: 0 };
  let best = new Map<Param, Float32Array>();
  let latest = NaN;

  const saved = checkpoint?.store.load(phase);
  const resumed = saved && decodeCheckpoint(saved, fingerprint), start = resumed?.start ?? digest(net.params.map(({ value }) => value));
  if (resumed && !startsAt(resumed, net))
    throw new RangeError('checkpoint: it belongs to a training that started from other weights; remove it, or start from those');
  const x = alloc(batch * source.n), y = alloc(batch * source.m);
  /** The step whose batch `x` and `y` hold. */
  let drawn = -1;
  const release = moveToKernels(params);
  let threaded: ThreadedGradient | undefined;
  if (resumed)
    try {
      restore(resumed);
    } catch (error) {
      giveBack();
      throw error;
    }

  function restore({ arrays, fingerprint: _, start: __, ...counters }: Checkpoint): void {
    const array = (name: string, length: number): Float32Array => {
      const found = arrays.get(name);
      if (found?.length !== length) throw new RangeError(`checkpoint: expected ${length} numbers in ${name}, got ${found?.length ?? 'none'}`);
      return found;
    };
    at = counters;
    for (const param of params) {
      param.value.set(array(`value.${param.name}`, param.value.length));
      if (arrays.has(`best.${param.name}`)) best.set(param, array(`best.${param.name}`, param.value.length));
    }
    if (at.stage === stages.length || at.step === 0) return;
    select(stages[at.stage]!);
    for (const [name, moment] of optimizer.state) moment.set(array(name, moment.length));
  }

  function giveBack(): void {
    for (const [param, trainable] of wanted) param.trainable = trainable;
    optimizer.release();
    release();
    free(x);
    free(y);
  }

  /** Tells pullbacks what this stage learns, and makes room for the optimizer's memory. */
  function select(stage: Stage): void {
    for (const [param, trainable] of wanted) param.trainable = trainable && stage.learnt.includes(param);
    optimizer.start(movedIn(stage));
  }

  function draw(step: number): void {
    if (drawn !== step) source.fill('train', source.trainIndices(step, batch), x, y);
    drawn = step;
  }

  async function update(stage: Stage): Promise<void> {
    const progress = at.total / steps, moved = movedIn(stage);
    draw(at.total);
    // Signals that are all 0 have no relative error to learn from.
    if (x.every(value => value === 0)) return;
    reparametrisation?.materialise(progress);
    for (const param of params) param.grad.fill(0);
    // Not before there is a step to take.
    if (!layerLoss) threaded ??= options.threads?.open(net, batch);
    // Threads have their copy: the next batch is drawn while they work on this one, unless validation would overwrite it.
    const ahead = async (): Promise<void> => { if (at.total + 1 < steps && !validates(stage, at.step + 1)) draw(at.total + 1); };
    latest = threaded
      ? (await Promise.all([threaded.lossAndGradient(stage.depth, x, y), ahead()]))[0]
      : lossAndGradient(net, stage.depth, x, y, batch, { layerLoss });
    if (!Number.isFinite(latest))
      throw new RangeError(`${phase}: loss is ${latest} at step ${at.total}; lower the learning rate ${stage.learningRate}, or clip the gradient`);
    reparametrisation?.pullback(progress);
    clipGradients(moved, clip);
    const rate = decay === 'cosine' ? (1 + Math.cos((Math.PI * at.step) / stage.steps)) / 2 : 1;
    optimizer.update(moved, stage.learningRate * rate, at.step + 1);
    moved.forEach(keepAbove);
    reparametrisation?.project?.();
  }

  const validates = (stage: Stage, step: number): boolean => earlyStop !== undefined && (step % earlyStop.every === 0 || step === stage.steps);

  /** Keeps the best params of the stage by the loss on the held-out signals. */
  function validate(stage: Stage): void {
    reparametrisation?.materialise(at.total / steps);
    const indices = source.validationIndices(), loss = { error: 0, energy: 0 };
    drawn = -1;
    for (let from = 0; from < indices.length; from += batch) {
      const part = indices.slice(from, from + batch);
      const xs = x.subarray(0, part.length * source.n), ys = y.subarray(0, part.length * source.m);
      source.fill('train', part, xs, ys);
      const energy = dot(xs, xs);
      loss.error += lossOf(net, stage.depth, xs, ys, part.length) * energy;
      loss.energy += energy;
    }
    const now = loss.error / loss.energy, gained = now < at.best;
    if (gained) best = new Map(movedIn(stage).map(param => [param, param.value.slice()]));
    at = { ...at, best: gained ? now : at.best, stale: gained ? 0 : at.stale + 1 };
  }

  function save(): void {
    if (!checkpoint) return;
    const arrays = new Map(optimizer.state);
    for (const param of params) arrays.set(`value.${param.name}`, param.value);
    for (const [param, value] of best) arrays.set(`best.${param.name}`, value);
    checkpoint.store.save(phase, encodeCheckpoint({ fingerprint, start, ...at, arrays }));
  }

  return {
    save,
    progress: () => ({
      step: at.total, steps, depth: stages[Math.min(at.stage, stages.length - 1)]?.depth ?? 0,
      // A training resumed at its end has seen no batch; a network that is its own teacher has no error at first.
      ...(latest > 0 && { nmseDb: 10 * Math.log10(latest) }),
    }),
    async step() {
      while (at.stage < stages.length && (at.step >= stages[at.stage]!.steps || at.stale > (earlyStop?.patience ?? 0))) {
        for (const [param, value] of best) param.value.set(value);
        best = new Map();
        const skipped = stages[at.stage]!.steps - at.step;
        at = { stage: at.stage + 1, step: 0, total: at.total + skipped, best: Infinity, stale: 0 };
      }
      const stage = stages[at.stage];
      if (!stage) {
        reparametrisation?.materialise(1);
        return false;
      }
      if (at.step === 0) {
        for (const { to, from } of stage.startFrom) if (to.value.length === from.value.length) to.value.set(from.value);
        select(stage);
      }
      await update(stage);
      at = { ...at, step: at.step + 1, total: at.total + 1 };
      if (validates(stage, at.step)) validate(stage);
      if (checkpoint && at.total % checkpoint.every === 0) save();
      return true;
    },
    async release() {
      giveBack();
      await threaded?.close();
    },
  };
}
