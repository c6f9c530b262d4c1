import { Option, type Command } from 'commander';
import { SingleBar } from 'cli-progress';
import { solverByName, solverNames } from '../qubo/solvers/index.js';
import type { SolveInfo, SolveOptions, SolveProgress, SolveResult } from '../qubo/solvers/solver.js';
import { longestRead } from '../qubo/solvers/tabu.js';
import { mostThreads } from '../core/threads.js';
import { solveParallel } from '../qubo/parallel.js';
import type { Problem } from '../qubo/formats/index.js';
import { UsageError } from './failure.js';
import { checkWritable, sameFile, writeAtomically } from './files.js';
import { interruptible } from './interrupt.js';
import { finiteNumber, integerUpTo, positiveInteger, secondsNumber, seedNumber, threadsHelp } from './options.js';
import { addFileOptions, counted, naming, readProblem, type FileArguments } from './qubo-files.js';

interface SolveArguments extends FileArguments {
  readonly solver: string;
  readonly time?: number;
  readonly sweeps?: number;
  readonly reads?: number;
  readonly target?: number;
  readonly threads: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const defaultSeconds = 10;
/** Of all solvers' limits tabu's is the least. */
const mostSweeps = longestRead;

function progressBar(problem: Problem): { report(progress: SolveProgress): void; stop(): void } {
  if (!process.stderr.isTTY) return { report() {}, stop() {} };
  const bar = new SingleBar({ format: '{bar} {percentage}%  best {best}  {seconds} s', barsize: 24, hideCursor: true, stream: process.stderr });
  bar.start(1000, 0, { best: '', seconds: 0 });
  return {
    report: ({ done, bestEnergy, seconds }) =>
      bar.update(Math.round(1000 * done), { best: Number.isFinite(bestEnergy) ? problem.objective(bestEnergy) : '', seconds: seconds.toFixed(1) }),
    stop: () => bar.stop(),
  };
}

/** What is printed with --json; energies are those of the model that is minimised, objectives the file's own. */
function reported({ energies, best, info }: SolveResult, { model, sense, objective }: Problem, seed: number) {
  return {
    solver: info.solver, sense, vartype: model.vartype, variables: model.n, seed,
    best: { energy: best.energy, objective: objective(best.energy), sample: [...best.sample] },
    energies: [...energies], objectives: Array.from(energies, objective), info,
  };
}

const reasons: Readonly<Record<string, string>> = {
  done: 'all reads done', time: 'time is over', target: 'target reached', interrupted: 'interrupted', proven: 'proven',
};

async function solved(problem: Problem, given: SolveArguments): Promise<SolveResult> {
  const { solver, time, sweeps, reads, target, threads, seed } = given, bars = progressBar(problem);
  const bounded = time ?? (sweeps === undefined && reads === undefined ? defaultSeconds : undefined);
  const options: SolveOptions = {
    seed, onProgress: bars.report,
    ...(bounded !== undefined && { timeMs: 1000 * bounded }), ...(sweeps && { sweeps }), ...(reads && { reads }),
    ...(target !== undefined && { target: problem.sense === 'max' ? -target : target }),
  };
  try {
    return await interruptible(signal =>
      threads > 1 ? solveParallel(problem.model, { ...options, signal, solver, threads }) : solverByName(solver).solve(problem.model, { ...options, signal }));
  } finally {
    bars.stop();
  }
}

/** What is known of the objectives of all samples. */
function boundOf({ proven, tolerance, lowerBound }: SolveInfo, { objective }: Problem): string {
  if (proven) return tolerance ? `, proven within ${tolerance}` : ', proven optimal';
  return lowerBound === undefined ? '' : `, bound ${objective(lowerBound)}`;
}

/** `qubo solve`: searches a file's problem for its best sample. */
export function addSolve(qubo: Command): void {
  addFileOptions(qubo.command('solve <file>').description('search for the best sample; Ctrl-C gives the best so far'))
    .addOption(new Option('--solver <name>', 'which').choices([...solverNames]).default('annealing'))
    .option('--time <seconds>', `stop after this time; ${defaultSeconds} where nothing else bounds the search`, secondsNumber)
    .option('--sweeps <N>', 'sweeps of one read', integerUpTo(mostSweeps))
    .option('--reads <N>', 'independent reads', positiveInteger)
    .option('--target <value>', 'stop once this is reached, in the file\'s own objective (a cut, say)', finiteNumber)
    .option('--threads <N>', threadsHelp('the reads'), integerUpTo(mostThreads), 1)
    .option('--seed <S>', 'seed', seedNumber, 1)
    .option('--out <file>', 'also write the result as JSON')
    .option('--json', 'as JSON')
    .action(async (path: string, given: SolveArguments) => {
      if (given.out !== undefined) {
        checkWritable(given.out);
        if (sameFile(path, given.out)) throw new UsageError(`${given.out}: is the problem's file, expected another name`);
      }
      const { problem } = readProblem(path, given), result = await solved(problem, given).catch(naming(path)), report = reported(result, problem, given.seed);
      if (given.out !== undefined) writeAtomically(given.out, `${JSON.stringify(report)}\n`);
      if (given.json) return console.log(JSON.stringify(report));
      const { info, best } = result, { reads, seconds, secondsToBest } = info, bound = boundOf(info, problem);
      console.log(`${path}: ${counted(problem.model.n, 'variable')}, ${problem.sense} ${problem.objective(best.energy)}${bound}`);
      console.log(`${info.solver}: found after ${secondsToBest.toFixed(2)} of ${seconds.toFixed(2)} s, ${counted(reads, 'read')}; ${reasons[info.stopped]}`);
      if (given.out !== undefined) console.log(`written: ${given.out}`);
    });
}
