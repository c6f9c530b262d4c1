import { Piscina } from 'piscina';

/** Threads that run the same file. */
export interface ThreadPool<Task, Result> {
  /** Rejects where the thread that has the task dies, and where none can be started. */
  run(task: Task): Promise<Result>;
  /** Ends the threads; waits for running work where told to. */
  close(finish?: boolean): Promise<void>;
}

const ended = (cause: Error & { readonly code?: string }): Error =>
  (/^(worker exited|terminating)/i.test(cause.message) || cause.code?.startsWith('ERR_WORKER') ? new Error(`a thread ended: ${cause.message}`, { cause }) : cause);

/** `workerData` is told to each of `threads` threads. A thread that dies is replaced. For Node alone. */
export function threadPool<Task, Result>(file: URL, workerData: unknown, threads: number): ThreadPool<Task, Result> {
  const pool = new Piscina<Task, Result>({ filename: file.href, workerData, minThreads: threads, maxThreads: threads });
  const waiting = new Set<(error: Error) => void>();
  const abandon = (error: Error): void => { for (const reject of waiting) reject(ended(error)); };
  // The pool itself leaves a task where it is when the thread that was started for it dies before it is ready.
  pool.on('error', abandon);
  pool.on('workerDestroy', () => setImmediate(() => { if (!pool.threads.length) abandon(new Error('a thread ended: none could be started in its place')); }));
  return {
    run: task => new Promise<Result>((resolve, reject) => {
      waiting.add(reject);
      pool.run(task).then(resolve, (error: Error) => reject(ended(error))).finally(() => waiting.delete(reject));
    }),
    close: finish => (finish ? pool.close() : pool.destroy()),
  };
}
