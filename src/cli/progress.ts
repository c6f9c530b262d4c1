import { SingleBar } from 'cli-progress';
import type { StudyOptions } from '../tasks/studies/study.js';
import type { Progress } from '../unrolled/train.js';

interface Reports<T> { report(progress: T): void; stop(): void }
interface Phase { readonly phase: string; readonly done: number; readonly total: number; readonly figure?: string }

/** A bar for each phase on a terminal, with a figure beside its percentage. */
function phaseBars(): Reports<Phase> {
  let bar: SingleBar | undefined, last = '';
  const stop = (): void => { bar?.stop(); bar = undefined; };
  return {
    stop,
    report({ phase, done, total, figure = '' }) {
      if (phase !== last) {
        stop();
        last = phase;
        const format = `${phase.padEnd(34)} {bar} {percentage}%{figure}, {eta_formatted} left`;
        bar = new SingleBar({ format, barsize: 24, hideCursor: true, stream: process.stderr });
        bar.start(total, 0, { figure });
      }
      bar?.update(done, { figure });
    },
  };
}

const tell = (line: string): void => { process.stderr.write(`${line}\n`); };
const stop = (): void => {};

/** Progress of training on stderr: bars, or a line for each phase and now and then where that is not a terminal. */
export function trainingProgress(): Reports<Progress> {
  if (process.stderr.isTTY) {
    const bars = phaseBars();
    return {
      stop: bars.stop,
      report({ phase, step, steps, nmseDb }) {
        bars.report({ phase, done: step, total: steps, figure: nmseDb === undefined ? '' : ` ${nmseDb.toFixed(1)} dB` });
        if (step === steps) bars.stop();
      },
    };
  }
  let last = '', spoken = 0;
  return {
    stop,
    report({ phase, step, steps, depth, nmseDb }) {
      if (phase === last && Date.now() - spoken <= 10_000 && step !== steps) return;
      tell(
        `${phase}: step ${step} of ${steps}${depth === undefined ? '' : `, layer ${depth}`}` +
          (nmseDb === undefined ? '' : `, ${nmseDb.toFixed(1)} dB`),
      );
      last = phase;
      spoken = Date.now();
    },
  };
}

/** Progress of a study on stderr: bars, or a line for each phase where that is not a terminal. */
export function studyProgress(): Reports<Parameters<NonNullable<StudyOptions['onProgress']>>[0]> {
  if (process.stderr.isTTY) return phaseBars();
  let last = '';
  return {
    stop,
    report({ phase }) {
      if (phase !== last) tell(phase);
      last = phase;
    },
  };
}
