import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { mostThreads } from '../core/threads.js';
import { trainingThreads } from '../packed/parallel.js';
import { evaluate } from '../tasks/evaluate.js';
import { checkRun, OptionsError, type Result, type RunOptions } from '../tasks/rows.js';
import { taskByName, tasks } from '../tasks/index.js';
import { studies, studyByName } from '../tasks/studies/index.js';
import { defaultMethods, methodNames } from '../tasks/methods.js';
import type { Task } from '../tasks/task.js';
import { UsageError } from './failure.js';
import { checkpointFolder, dataFolder, outputFolder, readBytes } from './files.js';
import { interruptible } from './interrupt.js';
import { decibels, frameHelp, integerUpTo, positiveInteger, redundancy, seedNumber, threadsHelp, wholeNumber } from './options.js';
import { trainingProgress } from './progress.js';
import { printResult, writeResults } from './results.js';
import { runStudy } from './run-study.js';

export interface RunArguments {
  readonly methods?: string;
  readonly variant?: string;
  readonly layers?: number;
  readonly features?: number;
  readonly frame?: number;
  readonly seeds?: number;
  readonly seed?: number;
  readonly snr?: number;
  readonly steps?: number;
  readonly startSteps?: number;
  readonly network?: string;
  readonly weights?: string;
  readonly quick?: boolean;
  readonly supportSelection?: boolean;
  readonly uncertainty?: number;
  readonly threads?: number;
  readonly data?: string;
  readonly out: string;
  readonly json?: boolean;
}

export function runOptions(task: Task, given: RunArguments): RunOptions {
  const names =
    given.methods === undefined
      ? defaultMethods
      : given.methods === 'all'
        ? methodNames
        : [...new Set(given.methods.split(',').map(name => name.trim()))];
  const first = given.seed ?? 1,
    folder = dataFolder(given.data);
  const options: RunOptions = {
    methods: names,
    seeds: Array.from({ length: given.seeds ?? 1 }, (_, i) => first + i),
    snrDb: given.snr ?? Infinity,
    supportSelection: given.supportSelection ?? true,
    quick: given.quick ?? false,
    ...(given.variant !== undefined && { variant: given.variant }),
    ...(given.layers !== undefined && { layers: given.layers }),
    ...(given.features !== undefined && { features: given.features }),
    ...(given.frame !== undefined && { frame: given.frame }),
    ...(given.steps !== undefined && { steps: given.steps }),
    ...(folder && { folder }),
    ...(given.network !== undefined && { network: given.network }),
    ...(given.startSteps !== undefined && { startSteps: given.startSteps }),
    ...(given.uncertainty !== undefined && { uncertainty: given.uncertainty }),
    ...(given.weights !== undefined && { weights: readBytes(given.weights) }),
    ...(given.threads !== undefined && given.threads > 1 && { training: { threads: trainingThreads(given.threads) } }),
  };
  try {
    checkRun(task, options);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return options;
}

export function knownTask(name: string): Task {
  try {
    return taskByName(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** `resumed`: parts were trained by an earlier, interrupted run, so that fitSeconds tells this run's time alone. */
export interface RunResult extends Result {
  readonly resumed: boolean;
  /** Removes the checkpoints: to be called once everything is written. */
  clear(): void;
}

/** Runs a task with progress, checkpoints in `folder` and Ctrl-C; shared by run, train and demo. */
export async function evaluateWithProgress(task: Task, options: RunOptions, folder: string): Promise<RunResult> {
  const store = checkpointFolder(folder),
    place = join(folder, 'checkpoints');
  const bars = trainingProgress();
  if (store.resumed) process.stderr.write(`resuming from ${place}\n`);
  try {
    const result = await interruptible(signal =>
      evaluate(task, {
        ...options,
        training: { ...options.training, checkpoint: { store, every: 200 }, signal, onProgress: progress => bars.report(progress) },
      }),
    );
    return { ...result, resumed: store.resumed, clear: () => store.clear() };
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(error.message);
    if ((error as Error).name === 'AbortError')
      throw new Error(`${(error as Error).message}; the same command ${existsSync(place) ? `resumes from ${place}` : 'starts again'}`);
    if ((error as Error).message.startsWith('checkpoint: '))
      throw new Error(`${place}: ${(error as Error).message}`);
    throw error;
  } finally {
    bars.stop();
  }
}

export function addRun(program: Command): void {
  program
    .command('run')
    .argument('<task>', [...tasks, ...studies].map(({ name }) => name).join(', '))
    .description('train and score methods on a task; writes results.json, report.html and model files')
    .option('--methods <names>', 'comma-separated, or all')
    .option('--variant <name>', 'which operator or signals')
    .option('--layers <K>', 'unrolled layers, and iterations of the classical solvers', positiveInteger)
    .option('--features <N>', 'channels of the convolutions of ista-net, ista-net-plus, ista-net-dct and hqs-net', positiveInteger)
    .option('--frame <R>', frameHelp, redundancy)
    .option('--seeds <N>', 'number of seeds', integerUpTo(1e6))
    .option('--seed <S>', 'first seed', seedNumber)
    .option('--snr <dB>', 'measurement noise, inf for none', decibels)
    .option('--network <name>', 'which unrolled network, where the task has several')
    .option('--weights <file>', 'start from a network trained elsewhere: ISTA-Net or ISTA-Net+ as released, .safetensors')
    .option('--steps <N>', 'joint training steps of each method; 0 takes the start as it is', wholeNumber)
    .option('--start-steps <N>', 'steps of the float training that all methods start from', wholeNumber)
    .option('--no-support-selection', 'plain soft thresholds in the networks')
    .option('--uncertainty <T>', 'with bayes or hypernetwork: T networks drawn from the posterior, and intervals from them', positiveInteger)
    .option('--threads <N>', threadsHelp('the gradient of a batch'), integerUpTo(mostThreads))
    .option('--quick', 'a fifth of the training, 200 test signals')
    .option('--data <folder>', 'published data (or SIGNFOLD_DATA); embedded generators without it')
    .option('--out <folder>', 'where results go', 'signfold-out')
    .option('--json', 'results on stdout as JSON')
    .action(async (name: string, given: RunArguments) => {
      const study = studyByName(name);
      if (study) return runStudy(study, given);
      if (!tasks.some(task => task.name === name))
        throw new UsageError(`run: expected ${[...tasks, ...studies].map(task => task.name).join(', ')}, got ${name}`);
      const task = knownTask(name),
        options = runOptions(task, given),
        folder = outputFolder(given.out);
      const result = await evaluateWithProgress(task, options, folder);
      const named = given.methods === undefined || given.methods === 'all' ? [] : options.methods;
      const left = named.filter(method => !result.rows.some(row => row.method === method));
      if (left.length) process.stderr.write(`left out: ${left.join(', ')}, which cannot speak of ${task.name} with ${result.data}\n`);
      const { report, files } = await writeResults(task, result, folder);
      result.clear();
      if (given.json) console.log(JSON.stringify(report));
      else printResult(result, files);
    });
}
