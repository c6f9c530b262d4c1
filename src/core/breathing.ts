const breathMs = 50;

/** Lets signals, timers and the terminal have their turn. */
export const turn = (): Promise<void> => new Promise(resolve => { setTimeout(resolve); });

/** What work throws where it was stopped, and how far it was. */
export const interruption = (what: string, at = ''): Error => Object.assign(new Error(`${what}: interrupted${at && ` at ${at}`}`), { name: 'AbortError' });

/** Lets the event loop run now and then, and throws where the work was stopped. */
export function breathing(what: string, signal?: AbortSignal): () => Promise<void> {
  let breath = performance.now();
  return async () => {
    if (performance.now() - breath >= breathMs) {
      await turn();
      breath = performance.now();
    }
    if (signal?.aborted) throw interruption(what);
  };
}
