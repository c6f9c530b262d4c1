import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where a library is looked for, in this order: command lines that speak peers/protocol.md. */
export type PeerTable = Readonly<Record<string, readonly (readonly string[])[]>>;

const script = (name: string): string => fileURLToPath(new URL(`../../benchmarks/peers/${name}`, import.meta.url));
const numeric = ['/usr/bin/python3', 'python3'].map(command => [command, script('numeric.py')]);
export const peerTable: PeerTable = {
  numpy: numeric,
  scipy: numeric,
  torch: numeric,
  cpp: numeric,
  'tfjs-wasm': [[process.execPath, script('tfjs.mjs')]],
  'onnxruntime-node': [[process.execPath, script('onnxruntime.mjs')]],
};

export interface Peer {
  readonly name: string;
  /** Answers a request; throws where the peer reports an error or ends. */
  ask(request: object): Promise<{ readonly micros: number }>;
}
export interface Peers {
  /** undefined where the library is not installed. */
  open(name: string): Promise<Peer | undefined>;
  /** Of the libraries asked for; null where one is not installed. */
  versions(): Record<string, string | null>;
  stop(): void;
}

type Answer = Readonly<Record<string, unknown>>;
interface Process { readonly child: ChildProcess; ask(request: object): Promise<Answer | undefined> }

function start([command, ...args]: readonly string[]): Process {
  const threads = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...threads } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<undefined>(resolve => {
    child.once('error', () => resolve(undefined)).once('exit', () => resolve(undefined));
  });
  child.stdin.on('error', () => {});  // a peer that has ended is noticed by its missing answer
  return {
    child,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await Promise.race([lines.next(), ended]);
      return line && !line.done ? JSON.parse(line.value) as Answer : undefined;
    },
  };
}

/** Peers by name; a process that several libraries share is started once, at the first that is asked for. */
export function openPeers(table: PeerTable): Peers {
  const processes = new Map<string, Process>(), found = new Map<string, Promise<Peer | undefined>>();
  const versions: Record<string, string | null> = {};
  async function find(name: string): Promise<Peer | undefined> {
    versions[name] = null;
    for (const line of table[name] ?? []) {
      const key = line.join(' ');
      if (!processes.has(key)) processes.set(key, start(line));
      const { ask } = processes.get(key)!, version = (await ask({ library: name }))?.['version'];
      if (typeof version !== 'string') continue;
      versions[name] = version;
      return {
        name,
        async ask(request) {
          const answer = await ask({ library: name, ...request });
          if (typeof answer?.['micros'] !== 'number')
            throw new Error(`bench: expected an answer from ${name}, got ${answer?.['error'] ?? 'none: it has stopped'}`);
          return { micros: answer['micros'] };
        },
      };
    }
    return undefined;
  }
  return {
    open(name) {
      if (!found.has(name)) found.set(name, find(name));
      return found.get(name)!;
    },
    versions: () => versions,
    stop() {
      for (const { child } of processes.values()) {
        child.stdin!.end();
        child.kill();
      }
    },
  };
}
