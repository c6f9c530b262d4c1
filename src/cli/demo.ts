import type { Command } from 'commander';
import { defaultMethods } from '../tasks/methods.js';
import { seedNumber } from './options.js';
import { outputFolder } from './files.js';
import { printResult, writeResults } from './results.js';
import { evaluateWithProgress, knownTask, runOptions } from './run.js';

/** Unrolled layers of the demo, and its variant: small enough for two minutes, and one-bit on a mask. */
const setting = { variant: 'gaussian-blocks', layers: 12 } as const;

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('physics to one-bit solver in two minutes, on generated data')
    .option('--seed <S>', 'seed of operator, signals and training', seedNumber, 1)
    .option('--out <folder>', 'where results go', 'signfold-out')
    .option('--json', 'results on stdout as JSON')
    .action(async (given: { seed: number; out: string; json?: boolean }) => {
      const task = knownTask('sparse-recovery');
      const { folder: _, ...options } = runOptions(task, { ...given, ...setting, quick: true, methods: defaultMethods.join(',') });
      const folder = outputFolder(given.out);
      if (!given.json)
        console.log(
          'y = A x: 512 unknowns with about 51 nonzeros in 8 segments, 256 measurements (each segment its own 32 x 64 Gaussian matrix).\n' +
            `The solver: ${setting.layers} unrolled layers, one weight matrix on A's block mask (16384 of 131072 places), each weight one sign bit, one scale.\n`,
        );
      const result = await evaluateWithProgress(task, options, folder);
      const { report, files } = await writeResults(task, result, folder);
      result.clear();
      if (given.json) console.log(JSON.stringify(report));
      else printResult(result, files);
    });
}
