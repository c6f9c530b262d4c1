// Rewrites the tables of README.md and RESULTS.md from benchmarks/results/*.json: node dist/benchmarks/readme.js
import { readFileSync, writeFileSync } from 'node:fs';
import { weightBytes } from '../src/report/groups.js';
import type { Row } from '../src/tasks/rows.js';
import type { BenchRow } from './case.js';
import { exactly, markdown, rowsOf } from './markdown.js';
import { binarizersTable, frameBlockTable, framesTable, hypernetworkTable, uncertaintyTable } from './readme-binarizers.js';
import { blursTable, eegColumns, imageColumns, longTable, releasedTable, seedsTable, widthsTable, withoutStart } from './readme-images.js';
import { binaryTable, codesTable, headTable, ingredientsTable, proofTable, quantizeTable, solverTable } from './readme-qubo.js';
import { summaryTable } from './readme-summary.js';

const order = ['ista', 'fista', 'admm', 'amp', 'alista', 'float', 'sign', 'ternary', 'channel-wise', 'straight-through'];
const rank = ({ method }: Row): number => {
  const at = order.indexOf(method);
  return at < 0 ? order.length : at;
};
function methodTable(rows: readonly Row[]): string {
  return markdown(
    ['method', 'layers', 'NMSE dB', 'bits per weight', 'weight bytes', 'all bytes'],
    [...rows]
      .sort((a, b) => rank(a) - rank(b))
      .map(row => [
        row.method,
        String(row.layers),
        row.nmseDb.toFixed(2),
        row.bitsPerWeight === null ? '–' : row.bitsPerWeight.toPrecision(3),
        String(weightBytes(row) ?? '–'),
        row.bytes ? String(row.bytes.total) : '–',
      ]),
  );
}

function noiseTable(rows: readonly Row[]): string {
  const levels = [null, 40, 30, 20],
    methods = ['ista', 'fista', 'admm', 'amp', 'alista'];
  return markdown(
    ['method', ...levels.map(level => (level === null ? 'noise-free' : `${level} dB`))],
    methods.map(method => [
      method,
      ...levels.map(level => rows.find(row => row.method === method && row.snrDb === level)?.nmseDb.toFixed(2) ?? '–'),
    ]),
  );
}

function trainingTable(rows: readonly BenchRow[]): string {
  return markdown(
    ['', 'batch', 'ms', 'peer', 'peer ms', 'peer / ours'],
    rows.map(row => [
      `${row.kernel}, ${row.shape}`,
      String(row.batch),
      (row.micros / 1000).toFixed(1),
      row.peer,
      row.peerMicros === null ? 'not installed' : (row.peerMicros / 1000).toFixed(1),
      row.ratio === null ? '–' : row.ratio.toFixed(2),
    ]),
  );
}

/** A line for each kernel, shape and batch, with all its peers. */
function kernelTable(rows: readonly BenchRow[]): string {
  const cases = new Map<string, BenchRow[]>();
  for (const row of rows) {
    const key = [row.kernel, row.shape, row.batch, row.mask].join();
    cases.set(key, [...(cases.get(key) ?? []), row]);
  }
  return markdown(
    ['kernel', 'shape', 'mask', 'batch', 'µs', 'peer / ours', 'error'],
    [...cases.values()].map(peers => {
      const { kernel, shape, mask, batch, micros } = peers[0]!, errors = peers.flatMap(({ relativeError }) => relativeError ?? []);
      const ratios = peers.map(({ peer, ratio }) => `${peer} ${ratio === null ? 'not installed' : ratio.toFixed(2)}`);
      return [kernel, shape, mask, String(batch), micros < 100 ? micros.toFixed(1) : micros.toFixed(0), ratios.join(', '),
        errors.length ? Math.max(...errors).toExponential(0).replace('0e+0', '0') : '–'];
    }),
  );
}

/** Binarizers that find signs after training beside the one that trains them, a task a line. */
function methodsTable(): string {
  const tasks = [['qubo-sparse', 'sparse-recovery, 8 blocks, NMSE dB', (row: Row) => row.nmseDb], ['qubo-eeg', 'eeg-denoise, NMSE dB', (row: Row) => row.nmseDb],
    ['qubo-block', 'block-cs 25 %, PSNR dB', (row: Row) => row.psnrDb]] as const;
  const methods = ['float', 'sign', 'sign-tuned', 'qubo', 'analytic-qubo', 'straight-through'];
  return markdown(['task', ...methods], tasks.map(([file, title, of]) => [title, ...methods.map(method => {
    const row = exactly(file).find(candidate => candidate.method === method);
    return row ? `${of(row).toFixed(2)} (${row.fitSeconds.toFixed(0)} s)` : '–';
  })]));
}

interface Compiled { readonly variant: string; readonly command: string; readonly files: readonly { readonly path: string; readonly bytes: number; readonly gzipped: number }[] }
/** The compiled file of each run; what describes it to a compiler lies beside it. */
const compiledTable = (rows: readonly Compiled[]): string => markdown(['variant', 'file', 'bytes', 'gzipped'], rows.map(({ variant, command, files: [file] }) =>
  [variant, `${file!.path.replace(/^.*\./, '.')}${command.includes('--seeded') ? ' --seeded' : ''}`, String(file!.bytes), String(file!.gzipped)]));

const published = rowsOf('published-'), kernels = rowsOf<BenchRow>('kernels');
const tables: Readonly<Record<string, string>> = {
  summary: summaryTable(),
  demo: methodTable(rowsOf('demo')),
  deconvolution: methodTable(rowsOf('deconvolution')),
  'fourier-sampling': methodTable(rowsOf('fourier-sampling')),
  published: methodTable(rowsOf('published-method-')),
  'published-long': methodTable(rowsOf('published-long-')),
  noise: noiseTable(published),
  compile: compiledTable(rowsOf<Compiled>('compile')),
  speed: kernelTable(kernels.filter(({ kernel, mask, shape }) => mask === 'dense' && shape !== '512x1024' && !kernel.endsWith('-fast'))),
  kernels: kernelTable(kernels),
  timing: trainingTable(rowsOf<BenchRow>('training')),
  released: releasedTable(),
  'one-bit-cs': seedsTable([...exactly('released-cs-25-plus'), ...withoutStart('one-bit-cs-25')], imageColumns),
  'one-bit-cs-equal': seedsTable([...exactly('one-bit-cs-25-others'), ...exactly('one-bit-cs-25').filter(({ method }) => method === 'straight-through')], imageColumns),
  'one-bit-cs-long': longTable(),
  'block-cs': seedsTable(exactly('block-cs-25'), imageColumns),
  'block-cs-learned': seedsTable([...exactly('block-cs-learned'), ...exactly('released-cs-25-plus').filter(({ method }) => ['wavelet-ista', 'tv'].includes(method))], imageColumns),
  'one-bit-mri': seedsTable([...exactly('released-mri-20-plus'), ...withoutStart('mri-20-tv'), ...withoutStart('one-bit-mri-20')], imageColumns),
  'mri-brains': seedsTable([...exactly('mri-20-tv'), ...['1', '2', '3', 'ternary', 'channel-wise'].flatMap(run => withoutStart(`mri-brains-${run}`))], imageColumns),
  tomography: seedsTable(exactly('tomography'), imageColumns),
  'tomography-24': seedsTable(withoutStart('tomography-24'), imageColumns),
  'tomography-dct': seedsTable(rowsOf('tomography-dct-64-'), imageColumns),
  'tomography-widths': widthsTable(),
  'tomography-noisy': seedsTable(rowsOf('tomography-noisy-'), imageColumns),
  deblur: seedsTable(exactly('deblur-gaussian'), imageColumns),
  'deblur-gradient': seedsTable(withoutStart('deblur-gaussian-gradient'), imageColumns),
  'deblur-kernels': blursTable(),
  'mri-phantoms': seedsTable(exactly('mri-phantoms'), imageColumns),
  eeg: seedsTable(exactly('eeg-denoise'), eegColumns),
  'qubo-solvers': solverTable(),
  'qubo-exact': proofTable(),
  'qubo-annealing': trainingTable(rowsOf<BenchRow>('annealing')),
  quantize: quantizeTable(),
  codes: codesTable(),
  ingredients: ingredientsTable(),
  binary: binaryTable(),
  head: headTable(),
  'qubo-methods': methodsTable(),
  binarizers: binarizersTable(),
  frames: framesTable(),
  'frames-block': frameBlockTable(),
  hypernetwork: hypernetworkTable(),
  uncertainty: uncertaintyTable(),
};
const texts = new Map(['README.md', 'RESULTS.md'].map(file => [file, readFileSync(file, 'utf8')]));
for (const [name, table] of Object.entries(tables)) {
  const begin = `<!-- ${name} -->`, end = `<!-- /${name} -->`;
  const [place, more] = [...texts].filter(([, text]) => text.includes(begin) && text.includes(end));
  if (!place || more) throw new Error(`README.md, RESULTS.md: expected ${begin} and ${end} in one of them`);
  const [file, text] = place;
  texts.set(file, `${text.slice(0, text.indexOf(begin) + begin.length)}\n${table}\n${text.slice(text.indexOf(end))}`);
}
for (const [file, text] of texts) writeFileSync(file, text);
