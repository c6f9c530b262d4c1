/** Work that can be left and taken up again wherever it yields; its `finally` runs too where it is given up. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** All of it at once. */
export function completed<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * All of it, with a pause wherever it yields; where a pause throws, the work is given up.
 *
 *   await paced(hypernetworkSteps(costs, options), () => new Promise(resolve => { setTimeout(resolve); }));
 */
export async function paced<T>(steps: Steps<T>, pause: () => Promise<void>): Promise<T> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      await pause();
    }
  } catch (error) {
    steps.return(undefined as T);
    throw error;
  }
}
