// Sizes of compiled networks: [SIGNFOLD_DATA=FOLDER] node dist/benchmarks/compile.js trains them by signfold's own commands, compiles them and writes
// benchmarks/results/compile.json. Without data the EEG network learns from generated signals, and its thresholds print otherwise.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const blocks = (variant: string): string => `train sparse-recovery --variant ${variant} --layers 12 --method straight-through --quick -o model.safetensors`;
const files = { mjs: 'compile model.safetensors -o solver.mjs --json', c: 'compile model.safetensors -o solver.c --json' };
const runs = [
  { variant: 'rademacher-blocks', train: blocks('rademacher-blocks'), commands: [files.mjs, files.c] },
  { variant: 'rademacher-blocks, frame 1.5', train: `${blocks('rademacher-blocks')} --frame 1.5`, commands: [files.mjs, files.c] },
  { variant: 'gaussian-blocks', train: blocks('gaussian-blocks'), commands: [files.mjs, files.mjs.replace('--json', '--seeded --json')] },
  { variant: 'eeg-denoise', train: 'train eeg-denoise --method straight-through --quick -o model.safetensors', commands: [files.mjs, files.c] },
];

const cli = resolve('dist/src/cli/main.js'), folder = mkdtempSync(join(tmpdir(), 'signfold-compile-'));
const data = process.env['SIGNFOLD_DATA'], env = { ...process.env, ...(data && { SIGNFOLD_DATA: resolve(data) }) };
const signfold = (command: string): string => execFileSync(process.execPath, [cli, ...command.split(' ')], { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
try {
  const rows: object[] = [];
  for (const { variant, train, commands } of runs) {
    signfold(train);
    for (const command of commands)
      rows.push({ variant, train: `signfold ${train}`, command: `signfold ${command}`, ...(JSON.parse(signfold(command)) as object) });
    console.log(variant);
  }
  writeFileSync('benchmarks/results/compile.json', `${JSON.stringify({ rows }, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
