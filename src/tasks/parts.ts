import { breathing } from '../core/breathing.js';
import type { Progress } from '../unrolled/train.js';

/** Work that is no training, part by part. */
export interface Parts {
  /** Called after each part: tells how many are done, of `steps` or more, and breathes. */
  done(): Promise<void>;
  /** Called within a part. */
  breathe(): Promise<void>;
}

export function parts(
  phase: string, steps: number, { onProgress, signal }: { onProgress?: (progress: Progress) => void; signal?: AbortSignal } = {},
): Parts {
  const breathe = breathing(phase, signal);
  let step = 0;
  return {
    breathe,
    done() {
      step++;
      onProgress?.({ phase, step, steps: Math.max(step, steps) });
      return breathe();
    },
  };
}
