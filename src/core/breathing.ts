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
