import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { tilesOf } from '../tasks/tiles.js';
import type { OneBitNetwork } from '../types.js';
import { lineOf, UsageError } from './failure.js';
import { checkWritable, outputFolder, readModel } from './files.js';
import { positiveInteger } from './options.js';
import { jobsOf, type Job } from './reconstruct-files.js';
import { fileReconstructor, type Written } from './reconstruct-one.js';

interface ReconstructArguments {
  readonly model: string;
  readonly out: string;
  readonly reference?: string;
  readonly measure?: boolean;
  readonly format: string;
  readonly tile?: number;
  readonly overlap?: number;
  readonly json?: boolean;
}

function checkTiles(net: OneBitNetwork, given: ReconstructArguments): void {
  try {
    tilesOf(net, given);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const describe = ({ input, output, shape, nmseDb, psnrDb, ssim }: Written): string =>
  `${input} -> ${output} [${shape.join(',')}]` +
  (nmseDb === undefined ? '' : `, NMSE ${nmseDb.toFixed(2)} dB`) +
  (psnrDb === undefined ? '' : `, PSNR ${psnrDb.toFixed(2)} dB`) +
  (ssim === undefined ? '' : `, SSIM ${ssim.toFixed(4)}`);

/** An error that names a file: the input, unless it speaks of one already. */
function named(error: unknown, { input, output, reference }: Job): unknown {
  const { message, path } = error as NodeJS.ErrnoException;
  return path !== undefined || [input, output, reference].some(file => file !== undefined && message.startsWith(file)) ? error : new Error(`${input}: ${message}`);
}

function reconstruct(inputs: readonly string[], given: ReconstructArguments): void {
  if (given.format !== 'png' && given.format !== 'npy')
    throw new UsageError(`reconstruct: expected --format png or npy, got ${given.format}`);
  const { jobs, intoFile, passedOver } = jobsOf(inputs, given), { net } = readModel(given.model);
  checkTiles(net, given);
  const run = fileReconstructor(net, given);
  if (intoFile) checkWritable(given.out);
  else if (existsSync(given.out) && !statSync(given.out).isDirectory())
    throw new UsageError(`${given.out}: expected a folder or a name that ends in .npy or .png`);
  else outputFolder(given.out);
  if (passedOver) process.stderr.write(`signfold: ${passedOver} other ${passedOver > 1 ? 'files' : 'file'} passed over\n`);

  const written: Written[] = [],
    failures: unknown[] = [];
  for (const job of jobs)
    try {
      const done = run(job);
      written.push(done);
      if (!given.json) console.log(describe(done));
    } catch (error) {
      // A full or read-only disk will not take the next file either.
      if (['ENOSPC', 'EDQUOT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      const failure = named(error, job);
      failures.push(failure);
      if (jobs.length > 1) process.stderr.write(`${lineOf(failure)}\n`);
    }
  if (given.json) console.log(JSON.stringify(written));
  if (failures.length && jobs.length === 1) throw failures[0];
  if (failures.length)
    throw new Error(`reconstruct: ${failures.length} of ${jobs.length} inputs failed, ${written.length} written`);
}

export function addReconstruct(program: Command): void {
  program
    .command('reconstruct')
    .argument(
      '<inputs...>',
      'measurements (.npy); for a blur images (png, tiff, bmp, jpeg, or .npy of [h,w] or [h,w,3] in 0 to 1); folders of these',
    )
    .description('reconstruct signals and images from measurements with a model file')
    .requiredOption('--model <file>', 'a model file')
    .requiredOption('--out <path>', 'a .npy or .png file for one input, a folder for more')
    .option(
      '--reference <path>',
      'the true signal or image, or a folder of them by the names of the inputs, any ending: prints NMSE, or PSNR and SSIM',
    )
    .option(
      '--measure',
      'inputs are true images, or signals in .npy: measure them as the model does, without noise, then reconstruct and score',
    )
    .option('--format <name>', 'png or npy, for image files; .npy stays .npy', 'png')
    .option('--tile <pixels>', 'side of the tiles that large images are cut into, at least 3 overlaps: 128, or 256 for networks of proximal steps', positiveInteger)
    .option('--overlap <pixels>', 'how far tiles overlap, at least 2: 16, or 48 for networks of proximal steps', positiveInteger)
    .option('--json', 'as JSON')
    .action((inputs: string[], given: ReconstructArguments) => reconstruct(inputs, given));
}
