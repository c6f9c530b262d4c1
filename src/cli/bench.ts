import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';

interface Bench { bench(options: { json?: boolean; quick?: boolean; out?: string }): Promise<unknown> }

export function addBench(program: Command): void {
  program.command('bench').description('time the training step and the reconstruction against peers (from a clone of the repository)')
    .option('--quick', 'fewer rounds').option('--out <file>', 'also write the results as JSON').option('--json', 'as JSON')
    .action(async (given: { json?: boolean; quick?: boolean; out?: string }) => {
      const path = join(dirname(fileURLToPath(import.meta.url)), '../../benchmarks/main.js');
      if (!existsSync(path)) throw new Error('bench: the benchmarks are not part of the installed package; run it from a clone of the repository');
      const { bench } = await import(path) as Bench;
      await bench(given);
    });
}
