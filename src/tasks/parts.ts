import { breathing } from '../core/breathing.js';
import type { Progress } from '../unrolled/train.js';

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
