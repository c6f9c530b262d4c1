// The table at the head of README.md: floats, signs and the best classical row of each problem.
import { weightBytes } from '../src/report/groups.js';
import type { Row } from '../src/tasks/rows.js';
import { exactly, markdown, mean, rowsOf } from './markdown.js';
import { codesNetworks } from './readme-qubo.js';

interface Score { readonly value: number; readonly bytes: number | null }
interface Measure { readonly name: string; readonly digits: number; readonly of: (row: Row) => number }
interface Line {
  readonly problem: string;
  readonly measure: Measure;
  readonly classical: string;
  readonly float: Score;
  readonly oneBit: Score;
}

const psnr: Measure = { name: 'PSNR dB', digits: 2, of: row => row.psnrDb },
  rrmse: Measure = { name: 'RRMSE', digits: 3, of: row => row.rrmse! },
  nmse: Measure = { name: 'NMSE dB', digits: 2, of: row => row.nmseDb };

/** The mean of a method over its seeds. */
function score({ of }: Measure, rows: readonly Row[], method: string): Score {
  const own = rows.filter(row => row.method === method);
  return { value: mean(own.map(of)), bytes: weightBytes(own[0]!) };
}
const classical = (measure: Measure, rows: readonly Row[], method: string): string => `${score(measure, rows, method).value.toFixed(measure.digits)} (${method})`;
const line = (problem: string, measure: Measure, [solver, of]: readonly [method: string, rows: readonly Row[]], float: readonly Row[], oneBit = float): Line => ({
  problem, measure, classical: classical(measure, of, solver), float: score(measure, float, 'float'), oneBit: score(measure, oneBit, 'straight-through'),
});

const deblur = exactly('deblur-gaussian'), eeg = exactly('eeg-denoise'), sparse = exactly('published-method-600'), slices = exactly('mri-20-tv'),
  phantoms = rowsOf('tomography-dct-64-'), set11 = exactly('released-cs-25-plus'),
  framed = codesNetworks().find(({ frame, zeros }) => frame === 1.5 && !zeros)!;
const spikes = line('Sparse signals, published 250 × 500 matrix', nmse, ['amp', sparse], sparse, rowsOf('published-long-24'));
const lines: readonly Line[] = [
  line('Set11 from 25 % of its numbers, released ISTA-Net+', psnr, ['tv', set11], set11, exactly('one-bit-cs-25-long')),
  line('Brain slices from 20 % of their spectrum, released ISTA-Net+', psnr, ['tv', slices], exactly('released-mri-20-plus'), exactly('one-bit-mri-20')),
  line('The same from scratch', psnr, ['tv', slices], rowsOf('mri-brains-')),
  line('Set12, Gaussian blur and noise', psnr, ['tv', deblur], deblur),
  line('Phantoms from 30 projections', psnr, ['tv', exactly('tomography')], phantoms),
  line('EEG with eye artefacts, less is better', rrmse, ['linear', eeg], eeg),
  spikes,
  { ...spikes, problem: 'The same, 1.5 signs a weight, chosen without data', oneBit: { value: framed.nmseDb, bytes: framed.weightBytes } },
];

export const summaryTable = (): string => markdown(['problem', 'measure', 'classical', 'float', 'one bit', 'float bytes', 'one-bit bytes'],
  lines.map(({ problem, measure: { name, digits }, classical: solver, float, oneBit }) =>
    [problem, name, solver, ...[float, oneBit].map(({ value }) => value.toFixed(digits)), ...[float, oneBit].map(({ bytes }) => String(bytes))]));
