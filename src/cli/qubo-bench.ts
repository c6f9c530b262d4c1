import { Option, type Command } from 'commander';
import { bestKnown, palubeckis, palubeckisInstances } from '../qubo/index.js';
import { formats, guessFormat, type Problem } from '../qubo/formats/index.js';
import { solverByName, solverNames } from '../qubo/solvers/index.js';
import type { DataFolder } from '../tasks/task.js';
import { environment, type Environment } from './environment.js';
import { lineOf, UsageError } from './failure.js';
import { checkWritable, dataFolder, writeAtomically } from './files.js';
import { interruptible } from './interrupt.js';
import { integerUpTo, secondsNumber, seedNumber } from './options.js';
import { naming } from './qubo-files.js';
import { formatTable } from './table.js';

interface Instance {
  readonly name: string;
  load(): Problem;
}

interface BenchArguments {
  readonly set: string;
  readonly only?: string;
  readonly solver: string;
  readonly time: number;
  readonly seeds: number;
  readonly seed: number;
  readonly data?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** One instance and solver, over seeds. */
interface BenchRow {
  readonly instance: string;
  readonly variables: number;
  readonly solver: string;
  /** In the instance's own sense, as are the objectives. */
  readonly bestKnown: number | null;
  readonly objectives: readonly number[];
  /** How far the best and the worst run stayed behind the best known value, per cent; below 0 beyond it. */
  readonly bestGapPercent: number | null;
  readonly worstGapPercent: number | null;
  /** Runs that reached it, and when. */
  readonly secondsToBestKnown: readonly (number | null)[];
  /** How long runs took that proved their best to be the optimum. */
  readonly secondsToProof: readonly (number | null)[];
}

interface Report {
  readonly environment: Environment;
  readonly time: number;
  /** Every instance has all its runs. */
  complete: boolean;
  readonly rows: BenchRow[];
  /** Why instances have no row. */
  readonly failed: string[];
}

const folders = { gset: ['qubo/gset'], bqp: ['qubo/biqmac/beasley', 'qubo/beasley_qbsolv'], gka: ['qubo/biqmac/gka'] } as const;
const sets = [...Object.keys(folders), 'palubeckis'];
const naturally = new Intl.Collator('en', { numeric: true });

/** bqp1000_1.qubo.gz is known as bqp1000-1. */
const nameOf = (file: string): string => file.replace(/\.(txt|sparse|qubo)\.gz$/, '').replace('_', '-');

function stored(folder: DataFolder, path: string, file: string): Instance {
  return {
    name: nameOf(file),
    load() {
      const text = new TextDecoder().decode(folder.read(`${path}/${file}`)), format = guessFormat(file, text)!;
      // The qbsolv copies of Beasley's problems are to be maximised, and Bonn's matrices to be minimised.
      return formats[format].read(text, format === 'qbsolv' ? { sense: 'max' } : {})[0]!;
    },
  };
}

function instancesOf(set: string, folder: DataFolder | undefined): Instance[] {
  if (set === 'palubeckis') return palubeckisInstances.map(instance => ({
    name: instance.name, load: () => ({ model: palubeckis(instance), sense: 'max', objective: energy => -energy }),
  }));
  if (!folder) throw new UsageError(`qubo bench: expected --data or SIGNFOLD_DATA for ${set}; palubeckis needs none`);
  return folders[set as keyof typeof folders].flatMap(path =>
    folder.list(path).filter(file => /\.(txt|sparse|qubo)\.gz$/.test(file)).map(file => stored(folder, path, file)));
}

function selected({ set, only, data }: BenchArguments): Instance[] {
  const names = set === 'all' ? sets.filter(name => name !== 'palubeckis') : [...new Set(set.split(','))];
  const unknown = names.find(name => !sets.includes(name));
  if (unknown !== undefined) throw new UsageError(`qubo bench: expected --set ${sets.join(', ')} or all, got ${unknown}`);
  const wanted = only?.split(','), all = names.flatMap(name => instancesOf(name, dataFolder(data)));
  const missing = wanted?.find(name => !all.some(instance => instance.name === name));
  if (missing !== undefined) throw new UsageError(`qubo bench: expected instances of ${names.join(', ')}, got ${missing}`);
  return all.filter(({ name }) => !wanted || wanted.includes(name)).sort((a, b) => naturally.compare(a.name, b.name));
}

async function measured({ name, load }: Instance, { solver, time, seeds, seed }: BenchArguments, signal: AbortSignal): Promise<BenchRow> {
  const { model, sense, objective } = load(), sign = sense === 'max' ? -1 : 1, known = bestOf(name, sense);
  const objectives: number[] = [], secondsToBestKnown: (number | null)[] = [], secondsToProof: (number | null)[] = [];
  for (let k = 0; k < seeds && !signal.aborted; k++) {
    // A proof goes on from the best known value.
    const options = { seed: seed + k, timeMs: 1000 * time, signal, ...(known !== undefined && solver !== 'exact' && { target: sign * known }) };
    const { best, info } = await solverByName(solver).solve(model, options);
    objectives.push(objective(best.energy));
    secondsToBestKnown.push(known !== undefined && best.energy <= sign * known ? info.secondsToBest : null);
    secondsToProof.push(info.proven ? info.seconds : null);
  }
  const gaps = known === undefined ? [] : objectives.map(value => 100 * sign * (value - known) / Math.abs(known));
  return {
    instance: name, variables: model.n, solver, bestKnown: known ?? null, objectives, secondsToBestKnown, secondsToProof,
    bestGapPercent: gaps.length ? Math.min(...gaps) : null, worstGapPercent: gaps.length ? Math.max(...gaps) : null,
  };
}

/** Bonn's copies of Beasley's problems are negated: minima, where the table has maxima. */
function bestOf(name: string, sense: 'min' | 'max'): number | undefined {
  const known = bestKnown(name);
  return known !== undefined && sense === 'min' ? -Math.abs(known) : known;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const isBeyond = ({ bestGapPercent }: BenchRow): boolean => bestGapPercent !== null && bestGapPercent < 0;
const beyondNote = '* beyond the best known value: another instance, or a new best';

function cells(row: BenchRow): string[] {
  const { instance, variables, bestKnown: known, objectives, bestGapPercent, worstGapPercent, secondsToBestKnown, secondsToProof } = row;
  const percent = (gap: number | null): string => (gap === null ? '–' : gap.toFixed(3));
  const reached = (seconds: readonly (number | null)[]): string[] => {
    const times = seconds.filter(value => value !== null);
    return [`${times.length}/${seconds.length}`, times.length ? median(times).toFixed(2) : '–'];
  };
  return [
    instance, String(variables), String(known ?? '–'), objectives.map(String).join(' '),
    percent(bestGapPercent) + (isBeyond(row) ? ' *' : ''), percent(worstGapPercent),
    ...reached(secondsToBestKnown), ...reached(secondsToProof),
  ];
}
const header = ['instance', 'n', 'best known', 'found', 'best gap %', 'worst gap %', 'reached', 's to it', 'proven', 's to proof'];

/** Rows of the instances one by one, until a signal; one that cannot be read or that the solver refuses is told and left out. */
async function measureAll(given: BenchArguments, instances: readonly Instance[], signal: AbortSignal, report: Report): Promise<void> {
  for (const instance of instances) {
    if (signal.aborted) return;
    try {
      const row = await measured(instance, given, signal).catch(naming(instance.name));
      if (!row.objectives.length) return;
      report.rows.push(row);
      process.stderr.write(`${cells(row).join('  ')}\n`);
    } catch (error) {
      report.failed.push((error as Error).message);
      process.stderr.write(`${lineOf(error)}\n`);
    }
  }
  report.complete = !signal.aborted && !report.failed.length;
}

/** `qubo bench`: a solver on public instances. */
export function addQuboBench(qubo: Command): void {
  qubo.command('bench').description('a solver on public instances: gaps to the best-known values, and the time to reach them, on one thread')
    .option('--set <names>', `${sets.join(', ')}, or all that are stored`, 'all')
    .option('--only <names>', 'these instances, comma-separated')
    .addOption(new Option('--solver <name>', 'which').choices([...solverNames]).default('annealing'))
    .option('--time <seconds>', 'for each run, less where the best-known value is reached or, by exact, proven', secondsNumber, 10)
    .option('--seeds <N>', 'runs of each instance', integerUpTo(1e6), 1)
    .option('--seed <S>', 'first seed', seedNumber, 1)
    .option('--data <folder>', 'published data (or SIGNFOLD_DATA)')
    .option('--out <file>', 'also write the rows as JSON')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ signfold qubo bench --set gset --solver tempering --seeds 3 --data DIR')
    .action(async (given: BenchArguments) => {
      if (given.out !== undefined) checkWritable(given.out);
      const instances = selected(given);
      const rows: BenchRow[] = [], failed: string[] = [];
      const report: Report = { environment: environment(), time: given.time, complete: false, rows, failed };
      try {
        await interruptible(signal => measureAll(given, instances, signal, report));
      } finally {
        if (given.out !== undefined) writeAtomically(given.out, `${JSON.stringify(report, null, 1)}\n`);
      }
      console.log(given.json ? JSON.stringify(report) : formatTable([header, ...rows.map(cells)]));
      if (rows.some(isBeyond)) process.stderr.write(`${beyondNote}\n`);
      if (failed.length) process.exitCode = 1;
    });
}
