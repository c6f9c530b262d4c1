import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { UsageError } from './failure.js';
import { checkWritable, writeAtomically } from './files.js';

interface Given { readonly only?: RegExp; readonly quick?: boolean; readonly out?: string; readonly json?: boolean }
/** benchmarks/main, of which the installed package has no copy. */
interface Bench {
  select(group?: string, only?: RegExp): readonly object[];
  bench(cases: readonly object[], options: { quick?: boolean; say?: (line: string) => void }): Promise<unknown>;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function benchmarks(): Promise<Bench> {
  const path = join(dirname(fileURLToPath(import.meta.url)), '../../benchmarks/main.js');
  if (!existsSync(path)) throw new Error('bench: the benchmarks are not part of the installed package; run it from a clone of the repository');
  return await import(path) as Bench;
}

function selected({ select }: Bench, group?: string, only?: RegExp): readonly object[] {
  try {
    return select(group, only);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function addBench(program: Command): void {
  program.command('bench').description('time kernels and training beside other libraries (from a clone of the repository)')
    .addArgument(new Argument('[group]', 'which table').choices(['kernels', 'training', 'annealing', 'quantum']))
    .option('--only <pattern>', 'only kernels that match this regular expression', pattern)
    .option('--quick', 'fewer and shorter rounds')
    .option('--out <file>', 'also write the results as JSON')
    .option('--json', 'as JSON')
    .action(async (group: string | undefined, { only, quick = false, out, json }: Given) => {
      if (out !== undefined) checkWritable(out);
      const from = await benchmarks(), cases = selected(from, group, only);
      const result = await from.bench(cases, { quick, say: line => (json ? process.stderr : process.stdout).write(`${line}\n`) });
      if (out !== undefined) writeAtomically(out, `${JSON.stringify(result, null, 1)}\n`);
      if (json) console.log(JSON.stringify(result));
    });
}
