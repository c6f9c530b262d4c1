#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { datasetNames } from '../../datasets/index.js';
import { operatorNames } from '../../operators/index.js';
import { tasks } from '../tasks/index.js';
import { studies } from '../tasks/studies/index.js';
import { methodNames } from '../tasks/methods.js';
import { addBench } from './bench.js';
import { addCompile } from './compile.js';
import { addDemo } from './demo.js';
import { lineOf, UsageError } from './failure.js';
import { addInspect, addTrain } from './model-commands.js';
import { addReconstruct } from './reconstruct.js';
import { addQubo } from './qubo.js';
import { addRun } from './run.js';
import { formatTable } from './table.js';

function addList(program: Command): void {
  program
    .command('list')
    .description('tasks, their networks, methods, operators and datasets')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) => {
      if (json)
        console.log(
          JSON.stringify({
            tasks: [
              ...tasks.map(({ name, summary, variants, networks, layers }) => ({ name, summary, variants, networks, layers })),
              ...studies.map(({ name, summary, variants, methods }) => ({ name, summary, variants, methods })),
            ],
            methods: methodNames,
            operators: operatorNames,
            datasets: datasetNames,
          }),
        );
      else
        console.log(
          [
            formatTable(
              [...tasks, ...studies].map(({ name, summary, variants }) => [name, `${summary} (${variants.join(', ')})`]),
              'text',
            ),
            `networks   ${tasks.filter(({ networks }) => networks.length > 1).map(({ name, networks }) => `${name}: ${networks.join(', ')}`).join('; ')}`,
            `methods    ${methodNames.join(', ')}`,
            `operators  ${operatorNames.join(', ')}`,
            `datasets   ${datasetNames.join(', ')}`,
          ].join('\n\n'),
        );
    });
}

const program = new Command('signfold')
  .description('Write down the physics; get a one-bit solver.')
  .version('0.1.0')
  .exitOverride()
  .configureOutput({
    outputError: (text, write) =>
      write(
        `signfold: ${text
          .replace(/^error: /, '')
          .trim()
          .replace(/\s*\n\s*/g, ' ')}\n`,
      ),
  });
for (const add of [addDemo, addList, addRun, addTrain, addReconstruct, addInspect, addCompile, addQubo, addBench]) add(program);
for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  if (process.argv.length < 3) program.outputHelp();
  else await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${lineOf(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
