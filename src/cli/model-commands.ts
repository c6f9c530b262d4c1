import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { formatNpy } from '../../datasets/index.js';
import { batchOf, checkFinite, flat } from '../core/array.js';
import { matrixSize } from '../core/pattern.js';
import { accounting, pack } from '../packed/engine.js';
import { decodeModel, encodeModel, type Model } from '../packed/model.js';
import { nmseDb } from '../tasks/metrics.js';
import { tasks } from '../tasks/index.js';
import { trained } from '../tasks/methods.js';
import { UsageError } from './failure.js';
import { checkWritable, outputFolder, readTensor, writeAtomically } from './files.js';
import { decibels, positiveInteger, seedNumber } from './options.js';
import { evaluateWithProgress, knownTask, runOptions, type RunArguments } from './run.js';
import { formatTable } from './table.js';

function readModel(path: string): Model {
  const bytes = readFileSync(path);
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .argument('<task>', tasks.map(({ name }) => name).join(', '))
    .description('train one method on a task and write its model file')
    .requiredOption('--method <name>', 'a trained method')
    .requiredOption('-o, --output <file>', 'the model file, .safetensors')
    .option('--variant <name>', 'which operator or signals')
    .option('--layers <K>', 'unrolled layers', positiveInteger)
    .option('--seed <S>', 'seed', seedNumber)
    .option('--snr <dB>', 'measurement noise, inf for none', decibels)
    .option('--steps <N>', 'joint training steps', positiveInteger)
    .option('--no-support-selection', 'plain soft thresholds')
    .option('--quick', 'a fifth of the training')
    .option('--data <folder>', 'published data (or SIGNFOLD_DATA)')
    .option('--json', 'the row of results on stdout as JSON')
    .action(async (name: string, given: Omit<RunArguments, 'out' | 'methods'> & { method: string; output: string }) => {
      const task = knownTask(name);
      const options = runOptions(task, { ...given, methods: given.method, out: '' });
      if (!Object.hasOwn(trained, given.method))
        throw new UsageError(`train: expected one of ${Object.keys(trained).join(', ')}, got ${given.method}`);
      checkWritable(given.output);
      const folder = outputFolder(`${given.output}.work`);
      const result = await evaluateWithProgress(task, options, folder);
      const net = result.networks.get(given.method)!;
      writeAtomically(given.output, encodeModel(net, { task: task.name, method: given.method, data: result.data }));
      rmSync(folder, { recursive: true });
      console.log(
        given.json
          ? JSON.stringify(result.rows[0])
          : `${given.output}: ${given.method}, test NMSE ${result.rows[0]!.nmseDb.toFixed(2)} dB`,
      );
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
        .map(({ name, map }) => {
          const packed = net.matrices.find(matrix => matrix.name === name);
          return {
            name,
            pattern: map!.pattern.kind,
            ...matrixSize(map!.pattern),
            weights: map!.count,
            encoding: packed
              ? packed.rowScales
                ? 'signs and channel scales'
                : packed.zeros
                  ? 'signs and zeros'
                  : 'signs'
              : 'f32',
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

export function addReconstruct(program: Command): void {
  program
    .command('reconstruct')
    .argument('<inputs...>', "measurements, .npy: one of the operator's output shape or a batch")
    .description('reconstruct signals from measurements with a model file')
    .requiredOption('--model <file>', 'a model file')
    .requiredOption('--out <path>', 'a .npy file for one input, a folder for more')
    .option('--reference <file>', 'true signals, .npy: prints the NMSE')
    .option('--json', 'as JSON')
    .action((inputs: string[], given: { model: string; out: string; reference?: string; json?: boolean }) => {
      const { net } = readModel(given.model),
        engine = pack(net),
        { outShape } = net.problem.operator;
      const intoFile = given.out.endsWith('.npy');
      if (intoFile && inputs.length > 1)
        throw new UsageError(`reconstruct: expected a folder for ${inputs.length} inputs, got --out ${given.out}`);
      if (given.reference && inputs.length > 1) throw new UsageError('reconstruct: expected one input with --reference');
      const names = inputs.map(path => basename(path).replace(/\.npy$/, ''));
      if (new Set(names).size < names.length)
        throw new UsageError('reconstruct: two inputs have the same name and would overwrite each other');
      const measurements = inputs.map(path => {
        const y = readTensor(path);
        batchOf(path, y, outShape);
        checkFinite(path, flat(y));
        return y;
      });
      const reference = given.reference === undefined ? undefined : readTensor(given.reference);
      if (intoFile) checkWritable(given.out);
      else if (existsSync(given.out) && !statSync(given.out).isDirectory())
        throw new UsageError(`${given.out}: expected a folder or a name that ends in .npy`);
      else outputFolder(given.out);
      const written = measurements.map((y, i) => {
        const x = engine.reconstruct(y),
          path = intoFile ? given.out : join(given.out, `${names[i]}.npy`);
        if (reference && reference.size !== x.size)
          throw new RangeError(`${given.reference}: expected shape [${x.shape.join(',')}], got [${reference.shape.join(',')}]`);
        writeAtomically(path, formatNpy(x));
        return { input: inputs[i], output: path, shape: x.shape, ...(reference && { nmseDb: nmseDb(flat(x), flat(reference)) }) };
      });
      if (given.json) console.log(JSON.stringify(written));
      else
        for (const { input, output, shape, nmseDb: error } of written)
          console.log(`${input} -> ${output} [${shape.join(',')}]${error === undefined ? '' : `, NMSE ${error.toFixed(2)} dB`}`);
    });
}
