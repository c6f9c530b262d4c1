import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Answer {
  readonly micros?: number;
  readonly loss?: number;
  readonly norm?: number;
}
export interface Peer {
  readonly name: string;
  ask(command: string): Promise<Answer>;
  stop(): void;
}

/** Starts a peer that answers a line of JSON to each command (peers/protocol.md); undefined where it does not start. */
export async function startPeer(name: string, command: string, args: readonly string[]): Promise<Peer | undefined> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, OMP_NUM_THREADS: '1' } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>(resolve => {
    child.once('error', () => resolve()).once('exit', () => resolve());
  });
  child.stdin.on('error', () => {});
  const peer: Peer = {
    name,
    stop: () => {
      child.stdin.end();
      child.kill();
    },
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const answer = await Promise.race([lines.next(), ended]);
      if (!answer || answer.done) throw new Error(`bench: ${name} stopped`);
      return JSON.parse(answer.value as string) as Answer;
    },
  };
  try {
    await peer.ask('reconstruct 1');
    return peer;
  } catch {
    peer.stop();
    return undefined;
  }
}
