import { Option, type Command } from 'commander';
import type { FormatName } from '../qubo/formats/index.js';
import { guessFormat, readSamples } from '../qubo/formats/index.js';
import { pairCount } from '../qubo/model.js';
import { UsageError } from './failure.js';
import { checkWritable, writeAtomically } from './files.js';
import { addFileOptions, counted, formatNames, readProblem, readText, tried, written, type FileArguments } from './qubo-files.js';
import { addQuboBench } from './qubo-bench.js';
import { addSolve } from './qubo-solve.js';

interface ConvertArguments extends FileArguments {
  readonly to?: FormatName;
}

function addConvert(qubo: Command): void {
  addFileOptions(qubo.command('convert <input> <output>').description('read a problem in one file format, write it in another'))
    .addOption(new Option('--to <name>', 'format of the output; told by its name otherwise').choices(formatNames))
    .action((input: string, output: string, { to, ...given }: ConvertArguments) => {
      checkWritable(output);
      const target = to ?? guessFormat(output, '');
      if (!target) throw new UsageError(`${output}: cannot tell which format is meant; say --to ${formatNames.join(', ')}`);
      const { problem, format } = readProblem(input, given), { bytes, offset } = tried(input, () => written(output, problem, target, {}));
      writeAtomically(output, bytes);
      const size = `${counted(problem.model.n, 'variable')}, ${counted(pairCount(problem.model), 'pair')}`;
      console.log(`${input} (${format}) -> ${output} (${target}): ${size}`);
      if (offset !== 0) process.stderr.write(`signfold: ${target} has no place for a constant: ${offset} is to be added to its energies\n`);
    });
}

function addEvaluate(qubo: Command): void {
  addFileOptions(qubo.command('evaluate <problem> <samples>').description('energies of samples from another solver or Ising machine (JSON)'))
    .option('--json', 'as JSON')
    .action((path: string, samplesPath: string, { json, ...given }: FileArguments & { readonly json?: boolean }) => {
      const { problem: { model, objective } } = readProblem(path, given), text = readText(samplesPath);
      const { energies, best } = tried(samplesPath, () => readSamples(text, model)), own = Array.from(energies, objective);
      if (json) console.log(JSON.stringify({ energies: [...energies], objectives: own, best: { energy: best.energy, sample: [...best.sample] } }));
      else console.log(`${counted(energies.length, 'sample')}, best energy ${best.energy}, objective ${objective(best.energy)}`);
    });
}

/** Quadratic problems in binary variables: QUBO, Ising, max-cut. */
export function addQubo(program: Command): void {
  const qubo = program.command('qubo').description('quadratic problems in binary variables: QUBO, Ising models, max-cut');
  for (const add of [addSolve, addConvert, addEvaluate, addQuboBench]) add(qubo);
}
