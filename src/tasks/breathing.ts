import type { Progress } from '../unrolled/train.js';

const breathMs = 50;

/** What work throws where it was stopped. */
export const interruption = (what: string): Error => Object.assign(new Error(`${what}: interrupted`), { name: 'AbortError' });

/** Lets the event loop run now and then, and throws where the work was stopped. */
export function breathing(what: string, signal?: AbortSignal): () => Promise<void> {
  let breath = performance.now();
  return async () => {
    if (performance.now() - breath >= breathMs) {
      await new Promise(resolve => { setTimeout(resolve, 0); });
      breath = performance.now();
    }
    if (signal?.aborted) throw interruption(what);
  };
}

/** Called after each part of work that is no training: tells how many are done, of `steps` or more, and breathes. */
export function parts(
  phase: string, steps: number, { onProgress, signal }: { onProgress?: (progress: Progress) => void; signal?: AbortSignal } = {},
): () => Promise<void> {
  const breathe = breathing(phase, signal);
  let step = 0;
  return () => {
    step++;
    onProgress?.({ phase, step, steps: Math.max(step, steps) });
    return breathe();
  };
}
