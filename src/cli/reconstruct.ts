import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { decodeImage, encodePng, formatNpy, luma } from '../../datasets/index.js';
import { batchOf, checkFinite, flat, formatShape, sameShape, tensor } from '../core/array.js';
import { pack } from '../packed/engine.js';
import { imagePsnrDb, nmseDb, ssim } from '../tasks/metrics.js';
import { eachChannel, measureAndReconstruct, reconstructTiled, takesImages } from '../tasks/whole-images.js';
import type { OneBitNetwork, Tensor } from '../types.js';
import { lineOf, UsageError } from './failure.js';
import { checkWritable, outputFolder, readModel, readTensor, writeAtomically } from './files.js';
import { positiveInteger } from './options.js';

interface ReconstructArguments {
  readonly model: string;
  readonly out: string;
  readonly reference?: string;
  readonly measure?: boolean;
  readonly format: string;
  readonly tile: number;
  readonly overlap: number;
  readonly json?: boolean;
}

interface Written {
  readonly input: string;
  readonly output: string;
  readonly shape: readonly number[];
  readonly nmseDb?: number;
  readonly psnrDb?: number;
  readonly ssim?: number;
}

const isArray = (path: string): boolean => /\.npy$/i.test(path);
const stem = (path: string): string => basename(path).replace(/\.\w+$/, '');
const unit = (image: Tensor): Tensor =>
  tensor(
    flat(image).map(value => value / 255),
    image.shape,
  );
const readImage = (path: string): Tensor => unit(decodeImage(readFileSync(path), path));

/** Files as given, and the files of folders, sorted; hidden files are left out. */
const expanded = (inputs: readonly string[]): string[] =>
  inputs.flatMap(input =>
    existsSync(input) && statSync(input).isDirectory()
      ? readdirSync(input, { withFileTypes: true })
          .filter(entry => !entry.isDirectory() && !entry.name.startsWith('.'))
          .map(({ name }) => join(input, name))
          .sort()
      : [input],
  );

/** The reference of an input: the file itself, or the file of the same name in a folder of references. */
function referenceOf(input: string, reference: string): string {
  if (!existsSync(reference)) throw new Error(`${reference}: no such file or folder`);
  if (!statSync(reference).isDirectory()) return reference;
  const found = readdirSync(reference).find(name => stem(name) === stem(input));
  if (found === undefined) throw new Error(`${reference}: expected a reference named ${stem(input)}, got none`);
  return join(reference, found);
}

function scoresOfImage(image: Tensor, truth: Tensor, path: string): { psnrDb: number; ssim: number } {
  const [own, wanted] = [image, truth].map(one => (one.shape.length === 3 ? luma(one) : one)) as [Tensor, Tensor];
  if (!sameShape(own.shape, wanted.shape))
    throw new RangeError(`${path}: expected an image of ${formatShape(own.shape)}, got ${formatShape(wanted.shape)}`);
  return { psnrDb: imagePsnrDb(flat(own), flat(wanted), 1), ssim: ssim(own, wanted, { peak: 1 }) };
}

function reconstructArray(net: OneBitNetwork, path: string, to: string, reference: string | undefined): Written {
  const y = readTensor(path);
  batchOf(path, y, net.problem.operator.outShape);
  checkFinite(path, flat(y));
  const x = pack(net).reconstruct(y),
    from = reference === undefined ? undefined : referenceOf(path, reference);
  const truth = from === undefined ? undefined : readTensor(from);
  if (truth && truth.size !== x.size)
    throw new RangeError(`${from}: expected shape [${x.shape.join(',')}], got [${truth.shape.join(',')}]`);
  writeAtomically(to, formatNpy(x));
  return { input: path, output: to, shape: x.shape, ...(truth && { nmseDb: nmseDb(flat(x), flat(truth)) }) };
}

function reconstructImage(
  net: OneBitNetwork,
  path: string,
  to: string,
  { measure, tile, overlap, reference, format }: ReconstructArguments,
): Written {
  const image = readImage(path);
  if (!measure && !takesImages(net))
    throw new Error(
      `${path}: ${net.problem.operator.name} does not measure images; give measurements as .npy, or --measure to measure this image first`,
    );
  const estimate = eachChannel(image, plane =>
    measure ? measureAndReconstruct(net, plane, { tile, overlap }) : reconstructTiled(net, plane, { tile, overlap }),
  );
  const clipped = tensor(
    flat(estimate).map(value => Math.min(1, Math.max(0, value))),
    estimate.shape,
  );
  const from = reference === undefined ? (measure ? path : undefined) : referenceOf(path, reference);
  const scores = from === undefined ? {} : scoresOfImage(clipped, from === path ? image : readImage(from), from);
  writeAtomically(
    to,
    format === 'npy'
      ? formatNpy(clipped)
      : encodePng(
          tensor(
            clipped.data.map(value => 255 * value),
            clipped.shape,
          ),
        ),
  );
  return { input: path, output: to, shape: clipped.shape, ...scores };
}

const describe = ({ input, output, shape, nmseDb: error, psnrDb, ssim: similarity }: Written): string =>
  `${input} -> ${output} [${shape.join(',')}]` +
  (error === undefined ? '' : `, NMSE ${error.toFixed(2)} dB`) +
  (psnrDb === undefined ? '' : `, PSNR ${psnrDb.toFixed(2)} dB, SSIM ${similarity!.toFixed(4)}`);

function reconstruct(inputs: readonly string[], given: ReconstructArguments): void {
  if (given.format !== 'png' && given.format !== 'npy')
    throw new UsageError(`reconstruct: expected --format png or npy, got ${given.format}`);
  const files = expanded(inputs),
    intoFile = ['.npy', '.png'].includes(extname(given.out).toLowerCase());
  if (!files.length) throw new UsageError(`reconstruct: expected input files, got none in ${inputs.join(' ')}`);
  if (intoFile && files.length > 1)
    throw new UsageError(`reconstruct: expected a folder for ${files.length} inputs, got --out ${given.out}`);
  if (
    given.reference !== undefined &&
    files.length > 1 &&
    existsSync(given.reference) &&
    !statSync(given.reference).isDirectory()
  )
    throw new UsageError('reconstruct: expected one input with --reference, or a folder of references');
  const names = files.map(path => `${stem(path)}.${isArray(path) ? 'npy' : given.format}`);
  if (new Set(names).size < names.length)
    throw new UsageError('reconstruct: two inputs have the same name and would overwrite each other');
  const format = intoFile ? extname(given.out).slice(1).toLowerCase() : given.format;
  if (intoFile && isArray(files[0]!) && format !== 'npy')
    throw new UsageError(`${given.out}: expected a name that ends in .npy for measurements in .npy`);
  const protectedPaths = new Set([...files, ...(given.reference === undefined ? [] : files.map(path => join(given.reference!, basename(path))))].map(path => resolve(path)));
  const overwritten = names.map(name => (intoFile ? given.out : join(given.out, name))).find(path => protectedPaths.has(resolve(path)));
  if (overwritten !== undefined) throw new UsageError(`reconstruct: expected an output apart from its inputs, got ${overwritten}`);
  const { net } = readModel(given.model);
  if (intoFile) checkWritable(given.out);
  else if (existsSync(given.out) && !statSync(given.out).isDirectory())
    throw new UsageError(`${given.out}: expected a folder or a name that ends in .npy or .png`);
  else outputFolder(given.out);

  const written: Written[] = [],
    failures: unknown[] = [];
  files.forEach((path, i) => {
    const to = intoFile ? given.out : join(given.out, names[i]!);
    try {
      const done = isArray(path)
        ? reconstructArray(net, path, to, given.reference)
        : reconstructImage(net, path, to, { ...given, format });
      written.push(done);
      if (!given.json) console.log(describe(done));
    } catch (error) {
      // A full or read-only disk will not take the next file either.
      if (['ENOSPC', 'EDQUOT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      failures.push(error);
      if (files.length > 1) process.stderr.write(`${lineOf(error)}\n`);
    }
  });
  if (given.json) console.log(JSON.stringify(written));
  if (failures.length && files.length === 1) throw failures[0];
  if (failures.length)
    throw new Error(`reconstruct: ${failures.length} of ${files.length} inputs failed, ${written.length} written`);
}

export function addReconstruct(program: Command): void {
  program
    .command('reconstruct')
    .argument('<inputs...>', 'measurements (.npy), images (png, tiff, bmp, jpeg) or folders of them')
    .description('reconstruct signals and images from measurements with a model file')
    .requiredOption('--model <file>', 'a model file')
    .requiredOption('--out <path>', 'a .npy or .png file for one input, a folder for more')
    .option('--reference <path>', 'the true signal or image, or a folder of them: prints NMSE, or PSNR and SSIM')
    .option('--measure', 'inputs are true images: measure them as the model does, then reconstruct and score')
    .option('--format <name>', 'png or npy, for images', 'png')
    .option('--tile <pixels>', 'side of the tiles that large images are cut into', positiveInteger, 128)
    .option('--overlap <pixels>', 'how far tiles overlap', positiveInteger, 16)
    .option('--json', 'as JSON')
    .action((inputs: string[], given: ReconstructArguments) => reconstruct(inputs, given));
}
