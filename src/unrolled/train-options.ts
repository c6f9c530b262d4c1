import type { TrainOptions } from './train.js';

function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`train: expected ${name} >= 1, got ${value}`);
}

/** Throws a RangeError for what would train nothing, or something else than is meant. Schedules check their own. */
export function checkTrainOptions({ batch = 1, decay = 'cosine', clip = Infinity, earlyStop, checkpoint }: TrainOptions): void {
  checkCount('batch', batch);
  if (!(clip > 0)) throw new RangeError(`train: expected clip > 0, got ${clip}`);
  if (decay !== 'cosine' && decay !== 'none') throw new RangeError(`train: expected decay cosine or none, got ${String(decay)}`);
  if (checkpoint) checkCount('checkpoint.every', checkpoint.every);
  if (!earlyStop) return;
  checkCount('earlyStop.every', earlyStop.every);
  checkCount('earlyStop.signals', earlyStop.signals);
  if (!(earlyStop.patience >= 0)) throw new RangeError(`train: expected earlyStop.patience >= 0, got ${earlyStop.patience}`);
}
