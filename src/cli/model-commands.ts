import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { matrixSize } from '../core/pattern.js';
import { mostThreads } from '../core/threads.js';
import { accounting } from '../packed/engine.js';
import { encodeModel } from '../packed/model.js';
import { tasks } from '../tasks/index.js';
import { trained } from '../tasks/methods.js';
import { UsageError } from './failure.js';
import { checkWritable, outputFolder, readModel, removeIfEmpty, writeAtomically } from './files.js';
import { decibels, frameHelp, integerUpTo, positiveInteger, redundancy, seedNumber, threadsHelp, wholeNumber } from './options.js';
import { evaluateWithProgress, knownTask, runOptions, type RunArguments } from './run.js';
import { formatTable } from './table.js';

export function addTrain(program: Command): void {
  program
    .command('train')
    .argument('<task>', tasks.map(({ name }) => name).join(', '))
    .description('train one method on a task and write its model file')
    .requiredOption('--method <name>', 'a trained method')
    .requiredOption('-o, --output <file>', 'the model file, .safetensors')
    .option('--variant <name>', 'which operator or signals')
    .option('--layers <K>', 'unrolled layers', positiveInteger)
    .option('--features <N>', 'channels of the convolutions of ista-net, ista-net-plus, ista-net-dct and hqs-net', positiveInteger)
    .option('--frame <R>', frameHelp, redundancy)
    .option('--seed <S>', 'seed', seedNumber)
    .option('--snr <dB>', 'measurement noise, inf for none', decibels)
    .option('--network <name>', 'which unrolled network, where the task has several')
    .option('--weights <file>', 'start from a network trained elsewhere: ISTA-Net or ISTA-Net+ as released, .safetensors')
    .option('--steps <N>', 'joint training steps; 0 takes the start as it is', wholeNumber)
    .option('--start-steps <N>', 'steps of the float training before them', wholeNumber)
    .option('--no-support-selection', 'plain soft thresholds')
    .option('--threads <N>', threadsHelp('the gradient of a batch'), integerUpTo(mostThreads))
    .option('--quick', 'a fifth of the training')
    .option('--data <folder>', 'published data (or SIGNFOLD_DATA)')
    .option('--json', 'the row of results on stdout as JSON')
    .action(async (name: string, given: Omit<RunArguments, 'out' | 'methods'> & { method: string; output: string }) => {
      const task = knownTask(name);
      if (!Object.hasOwn(trained, given.method))
        throw new UsageError(`train: expected one of ${Object.keys(trained).join(', ')}, got ${given.method}`);
      const options = runOptions(task, { ...given, methods: given.method, out: '' });
      checkWritable(given.output);
      const folder = outputFolder(`${given.output}.work`);
      try {
        const result = await evaluateWithProgress(task, options, folder), [row] = result.rows;
        const net = result.networks.get(given.method)!;
        writeAtomically(given.output, encodeModel(net, { task: task.name, method: given.method, data: result.data }));
        result.clear();
        console.log(given.json ? JSON.stringify(row) : `${given.output}: ${given.method}, test NMSE ${row!.nmseDb.toFixed(2)} dB`);
      } finally {
        removeIfEmpty(folder);
      }
    });
}

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .argument('<file>', 'a model file')
    .description('what a model file holds and what each bit costs')
    .option('--json', 'as JSON')
    .action((path: string, { json }: { json?: boolean }) => {
      const { net, notes } = readModel(path),
        { operator } = net.problem,
        { bytes, bitsPerWeight } = accounting(net);
      const matrices = net.params
        .filter(({ map }) => map)
        .map(({ name, map, entries }) => {
          const packed = net.matrices.find(matrix => matrix.name === name);
          return {
            name,
            pattern: map!.pattern.kind,
            ...matrixSize(map!.pattern),
            weights: map!.count,
            ...(entries !== undefined && { entries }),
            encoding: (packed
              ? packed.rowScales
                ? 'signs and channel scales'
                : packed.zeros
                  ? 'signs and zeros'
                  : 'signs'
              : 'f32') + (entries === undefined ? '' : net.description.args['input'] === 'dct' && name.startsWith('D.') ? ' behind DCT filters' : ' behind a frame'),
          };
        });
      const facts = {
        file: path,
        fileBytes: statSync(path).size,
        operator: operator.name,
        inShape: operator.inShape,
        outShape: operator.outShape,
        preset: net.description.preset,
        ...net.description.args,
        binarizer: net.binarizer,
        scale: net.scale,
        bitsPerWeight,
        bytes,
        matrices,
        notes,
      };
      if (json) {
        console.log(JSON.stringify(facts));
        return;
      }
      console.log(
        formatTable(
          Object.entries(facts)
            .filter(([name]) => name !== 'matrices' && name !== 'notes')
            .concat(Object.entries(notes))
            .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
          'text',
        ),
      );
      for (const { name, pattern, rows, cols, weights, encoding } of matrices)
        console.log(`${name}: ${weights} weights on a ${pattern} mask of ${rows} x ${cols}, ${encoding}`);
    });
}
