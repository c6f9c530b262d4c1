import { SingleBar } from 'cli-progress';
import type { Progress } from '../unrolled/train.js';

/** A bar for each phase of training, on stderr; a line now and then where that is not a terminal. */
export function trainingProgress(): { report(progress: Progress): void; stop(): void } {
  const isTerminal = process.stderr.isTTY === true;
  let bar: SingleBar | undefined, phase = '', spoken = 0;
  const stop = (): void => { bar?.stop(); bar = undefined; };
  return {
    stop,
    report({ phase: now, step, steps, depth, nmseDb }) {
      if (!isTerminal) {
        if (now !== phase || Date.now() - spoken > 10_000 || step === steps) {
          process.stderr.write(`${now}: step ${step} of ${steps}, layer ${depth}, ${nmseDb.toFixed(1)} dB\n`);
          spoken = Date.now();
        }
        phase = now;
        return;
      }
      if (now !== phase) {
        stop();
        phase = now;
        bar = new SingleBar({ format: `${now.padEnd(34)} {bar} {percentage}% {nmse} dB, {eta_formatted} left`, barsize: 24, hideCursor: true, stream: process.stderr });
        bar.start(steps, 0, { nmse: '' });
      }
      bar?.update(step, { nmse: nmseDb.toFixed(1) });
      if (step === steps) stop();
    },
  };
}
