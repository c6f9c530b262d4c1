const breathMs = 50;

/** What a study throws where it was stopped. */
export const interruption = (study: string): Error => Object.assign(new Error(`${study}: interrupted`), { name: 'AbortError' });

/** Lets the event loop run now and then, and throws where the study was stopped. */
export function breathing(study: string, signal?: AbortSignal): () => Promise<void> {
  let breath = performance.now();
  return async () => {
    if (performance.now() - breath >= breathMs) {
      await new Promise(resolve => { setTimeout(resolve, 0); });
      breath = performance.now();
    }
    if (signal?.aborted) throw interruption(study);
  };
}
