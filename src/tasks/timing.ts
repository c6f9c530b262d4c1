const runs = 7,
  budgetMs = 2000;

/** Median over a few runs, fewer where they are slow. */
export function medianMicros(run: () => unknown): number {
  const times: number[] = [],
    begin = performance.now();
  while (times.length < runs && (times.length === 0 || performance.now() - begin < budgetMs)) {
    const start = performance.now();
    run();
    times.push((performance.now() - start) * 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

/** What `run` gives, and the seconds that it took. */
export async function timed<T>(run: () => Promise<T> | T): Promise<[T, number]> {
  const begin = performance.now(),
    result = await run();
  return [result, (performance.now() - begin) / 1000];
}

/** `make`, run and timed at the first call alone. */
export function once<T>(make: () => Promise<T> | T): () => Promise<[T, number]> {
  let known: Promise<[T, number]> | undefined;
  return () => (known ??= timed(make));
}
