import { basename, extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import type { Precision } from '../kernels/index.js';
import { compileC, compileModule } from '../packed/compile/index.js';
import type { OneBitNetwork } from '../types.js';
import { UsageError } from './failure.js';
import { checkWritable, readModel, sameFile, writeAtomically } from './files.js';

interface CompileArguments {
  readonly output: string;
  readonly target?: string;
  readonly precision?: string;
  readonly seeded?: boolean;
  readonly name?: string;
  readonly json?: boolean;
}

const targets: Readonly<Record<string, string>> = { '.mjs': 'js', '.js': 'js', '.c': 'c' };
const precisions = ['standard', 'exact', 'fast'];

function checkOptions({ output, target, precision, seeded, name }: CompileArguments): 'js' | 'c' {
  const own = targets[extname(output)];
  if (target !== undefined && target !== 'js' && target !== 'c') throw new UsageError(`compile: expected --target js or c, got ${target}`);
  if (!own || (target && target !== own)) {
    const expected = target ? Object.keys(targets).filter(ending => targets[ending] === target) : Object.keys(targets);
    throw new UsageError(`${output}: expected a name that ends in ${expected.join(' or ')}`);
  }
  if (precision !== undefined && !precisions.includes(precision)) throw new UsageError(`compile: expected --precision ${precisions.join(', ')}, got ${precision}`);
  if (own === 'c' && precision !== undefined) throw new UsageError('compile: --precision is for js; C computes in f32');
  if (own === 'c' && seeded) throw new UsageError('compile: --seeded is for js; C stores its matrices');
  if (own === 'js' && name !== undefined) throw new UsageError('compile: --name is for c');
  if (name !== undefined && !/^[A-Za-z]\w*$/.test(name)) throw new UsageError(`compile: expected --name to be a C identifier that begins with a letter, got ${name}`);
  return own as 'js' | 'c';
}

/** The path with another ending. */
const beside = (path: string, ending: string): string => path.slice(0, -extname(path).length) + ending;

/** A C identifier from a file name. */
function identifier(output: string): string {
  const name = basename(output, extname(output)).replace(/\W/g, '_');
  return /^[A-Za-z]/.test(name) ? name : `signfold_${name}`;
}

/** Every file of a target and its content. */
function filesOf(net: OneBitNetwork, { output, precision, seeded = false, name = identifier(output) }: CompileArguments): [path: string, text: string][] {
  if (targets[extname(output)] === 'js') {
    const { module, types } = compileModule(net, { seeded, ...(precision && { precision: precision as Precision }) });
    return [[output, module], [beside(output, extname(output) === '.mjs' ? '.d.mts' : '.d.ts'), types]];
  }
  const path = beside(output, '.h'), { source, header } = compileC(net, { name, header: basename(path) });
  return [[output, source], [path, header]];
}

export function addCompile(program: Command): void {
  program
    .command('compile')
    .argument('<file>', 'a model file')
    .description('write a one-bit network as one file without dependencies: an ES module, or C')
    .requiredOption('-o, --output <file>', '.mjs or .js, with types beside it; .c, with its header beside it')
    .option('--target <name>', 'js or c; if absent, the ending of --output tells')
    .option('--precision <name>', 'of one signal at a time: standard, exact or fast; js only')
    .option('--seeded', 'draw Gaussian sensing matrices from their seeds on loading instead of storing them; js only')
    .option('--name <identifier>', 'what names in C begin with; the name of the file if absent')
    .option('--json', 'as JSON')
    .action((path: string, given: CompileArguments) => {
      const target = checkOptions(given), files = filesOf(readModel(path).net, given);
      for (const [to] of files) {
        if (sameFile(path, to)) throw new UsageError(`${to}: is the model file, expected another name`);
        checkWritable(to);
      }
      for (const [to, text] of files) writeAtomically(to, text);
      const sizes = files.map(([to, text]) => ({ path: to, bytes: Buffer.byteLength(text), gzipped: gzipSync(text).length }));
      if (given.json) console.log(JSON.stringify({ target, files: sizes }));
      else for (const { path: to, bytes, gzipped } of sizes) console.log(`${to}: ${bytes} bytes, ${gzipped} gzipped`);
    });
}
