// Rewrites the tables of README.md from benchmarks/results/*.json: node dist/benchmarks/readme.js
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { Row } from '../src/tasks/rows.js';

const results = 'benchmarks/results';
const rowsOf = (prefix: string): Row[] =>
  readdirSync(results)
    .filter(file => file.startsWith(prefix) && file.endsWith('.json'))
    .sort()
    .flatMap(file => (JSON.parse(readFileSync(`${results}/${file}`, 'utf8')) as { rows: Row[] }).rows);

const order = ['ista', 'fista', 'admm', 'amp', 'alista', 'float', 'sign', 'ternary', 'channel-wise', 'straight-through'];
const rank = ({ method }: Row): number => {
  const at = order.indexOf(method);
  return at < 0 ? order.length : at;
};
const markdown = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map((_, c) => (c ? '---:' : '---')), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

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
        row.bytes ? String(row.bytes.signs + row.bytes.index + row.bytes.scale) : '–',
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

interface Timing {
  kernel: string;
  shape: string;
  batch: number;
  micros: number;
  peer: string;
  peerMicros: number | null;
  ratio: number | null;
}
const timings = (JSON.parse(readFileSync(`${results}/training.json`, 'utf8')) as { rows: Timing[] }).rows;
const timingTable = markdown(
  ['', 'batch', 'ms', 'peer', 'peer ms', 'peer / ours'],
  timings.map(row => [
    `${row.kernel}, ${row.shape}`,
    String(row.batch),
    (row.micros / 1000).toFixed(1),
    row.peer,
    row.peerMicros === null ? 'not installed' : (row.peerMicros / 1000).toFixed(1),
    row.ratio === null ? '–' : row.ratio.toFixed(2),
  ]),
);

const published = rowsOf('published-');
const tables: Readonly<Record<string, string>> = {
  demo: methodTable(rowsOf('demo')),
  deconvolution: methodTable(rowsOf('deconvolution')),
  'fourier-sampling': methodTable(rowsOf('fourier-sampling')),
  published: methodTable(rowsOf('published-method-')),
  'published-long': methodTable(rowsOf('published-long-')),
  noise: noiseTable(published),
  timing: timingTable,
};
let text = readFileSync('README.md', 'utf8');
for (const [name, table] of Object.entries(tables)) {
  const begin = `<!-- ${name} -->`,
    end = `<!-- /${name} -->`;
  const from = text.indexOf(begin),
    to = text.indexOf(end);
  if (from < 0 || to < 0) throw new Error(`README.md: expected ${begin} and ${end}`);
  text = `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}
writeFileSync('README.md', text);
