// The tables of RESULTS.md on binarizers, hypernetworks and uncertainty, from benchmarks/results/{binarizers-*,hypernetwork,uncertainty}.json.
import { readFileSync } from 'node:fs';
import { weightBytes } from '../src/report/groups.js';
import type { Row } from '../src/tasks/rows.js';
import { markdown, mean, spread } from './markdown.js';

const read = <T>(name: string): T => JSON.parse(readFileSync(`benchmarks/results/${name}.json`, 'utf8')) as T;

interface TaskColumn {
  readonly title: string;
  /** Results of the runs that share one start and one recipe. */
  readonly files: readonly string[];
  readonly of: (row: Row) => number;
  /** 1 where more is better. */
  readonly sense: 1 | -1;
}
const taskColumns: readonly TaskColumn[] = [
  { title: '8 Gaussian blocks, NMSE dB', files: ['binarizers-gaussian', 'binarizers-gaussian-more', 'binarizers-gaussian-again', 'binarizers-gaussian-taught'], of: row => row.nmseDb, sense: -1 },
  { title: '8 ±1 blocks, NMSE dB', files: ['binarizers-rademacher', 'binarizers-rademacher-more', 'binarizers-rademacher-taught'], of: row => row.nmseDb, sense: -1 },
  { title: 'EEG, NMSE dB', files: ['binarizers-eeg', 'binarizers-eeg-again', 'binarizers-eeg-taught'], of: row => row.nmseDb, sense: -1 },
  { title: 'block-cs 25 %, PSNR dB', files: [1, 2, 3].flatMap(seed => [`binarizers-block-${seed}`, `binarizers-block-more-${seed}`]), of: row => row.psnrDb, sense: 1 },
];

/** Every binarizer on every task, best of the first task first: mean ± deviation over seeds, seconds to fit, bytes of the weights. */
export function binarizersTable(): string {
  const tasks = taskColumns.map(column => {
    const runs = column.files.map(file => {
      const { environment, rows } = read<{ environment: { resumed: boolean }; rows: readonly Row[] }>(file);
      return rows.map(row => ({ ...row, resumed: environment.resumed }));
    });
    // What was run again with the same seed counts as it was the last time.
    const rows = runs.flatMap((own, k) => own.filter(({ method, seed }) => !runs.slice(k + 1).some(later => later.some(row => row.method === method && row.seed === seed))));
    return { ...column, rows };
  }).filter(({ rows }) => rows.length);
  const first = tasks[0]!, score = (method: string): number => {
    const own = first.rows.filter(row => row.method === method);
    return own.length ? first.sense * mean(own.map(first.of)) : -Infinity;
  };
  const methods = [...new Set(tasks.flatMap(({ rows }) => rows.map(({ method }) => method)))].filter(method => method !== 'linear')
    .sort((a, b) => score(b) - score(a));
  return markdown(['method', 'weight bytes', ...tasks.map(({ title }) => title)], methods.map(method => {
    const own = tasks.map(task => task.rows.filter(row => row.method === method));
    const bytes = own.map(([row]) => String((row && weightBytes(row)) ?? '–'));
    return [method, bytes.join(' / '), ...own.map((rows, t) => {
      if (!rows.length) return '–';
      const values = rows.map(tasks[t]!.of), seconds = mean(rows.map(row => row.fitSeconds));
      const told = spread(values, 2);
      // A run that was interrupted knows the seconds of its last part alone.
      return rows.some(({ resumed }) => resumed) ? told : `${told} (${seconds.toFixed(0)} s)`;
    })];
  }));
}

/** Redundancies of the frames that were run. */
const frames = [1.25, 1.5, 1.75, 2, 4, 8];

/** Signs behind frames beside floats, ternary codes and signs without one: mean ± deviation over seeds, on Gaussian and ±1 blocks. */
export function framesTable(): string {
  const rowsOf = (file: string): readonly Row[] => read<{ rows: readonly Row[] }>(file).rows;
  const kinds = (['gaussian', 'rademacher'] as const).map(kind => [
    ...[`binarizers-${kind}`, `binarizers-${kind}-more`].flatMap(rowsOf), ...frames.flatMap(frame => rowsOf(`frame-${kind}-${frame}`)),
  ]);
  const signs = ['straight-through', 'qubo', 'analytic-qubo'];
  const lines = [...['float', 'analytic-qubo-ternary', 'ternary', ...signs].map(method => ({ method, frame: undefined })),
    ...frames.flatMap(frame => signs.map(method => ({ method, frame })))];
  return markdown(['method', 'frame', 'bits per weight', 'weight bytes', 'all bytes', '8 Gaussian blocks, NMSE dB', '8 ±1 blocks, NMSE dB'], lines.map(({ method, frame }) => {
    const own = kinds.map(rows => rows.filter(row => row.method === method && row.frame === frame)), { bytes, bitsPerWeight } = own[0]![0]!;
    return [method, frame === undefined ? '–' : String(frame), bitsPerWeight!.toPrecision(3), String(weightBytes({ bytes })),
      own.map(rows => rows[0]!.bytes!.total).join(' / '), ...own.map(rows => spread(rows.map(row => row.nmseDb), 2))];
  }));
}

/** ISTA-Net+ on block-cs: signs chosen after training behind frames, beside floats, ternary codes and signs without one; mean ± deviation over seeds. */
export function frameBlockTable(): string {
  const plain = [1, 2, 3].flatMap(seed => [`binarizers-block-${seed}`, `binarizers-block-more-${seed}`]), framed = ['1.5', '2', '2-2', '2-3'].map(run => `frame-block-${run}`);
  const rows = [...plain, ...framed].flatMap(file => read<{ rows: readonly Row[] }>(file).rows);
  const lines = [['float'], ['ternary'], ['qubo'], ['qubo', 1.5], ['qubo', 2]] as const;
  return markdown(['method', 'frame', 'weight bytes', 'all bytes', 'seeds', 'PSNR dB', 'SSIM', 'seconds to fit'], lines.map(([method, frame]) => {
    const own = rows.filter(row => row.method === method && row.frame === frame), bytes = own[0]!.bytes!;
    return [method, frame === undefined ? '–' : String(frame), String(weightBytes({ bytes })), String(bytes.total), String(own.length),
      spread(own.map(row => row.psnrDb), 2), spread(own.map(row => row.ssim!), 4), mean(own.map(row => row.fitSeconds)).toFixed(0)];
  }));
}

interface Interval { readonly mean: number; readonly half: number | null }
type SearchRow = { readonly method: string; readonly seeds: number } & Readonly<Record<string, Interval>>;
interface SearchTable { readonly study: string; readonly variant: string; readonly methods: readonly SearchRow[] }

const shown = ({ mean: centre, half }: Interval, digits: number): string =>
  centre.toFixed(digits) + (half === null ? '' : ` ± ${half.toFixed(digits)}`);

/** Searches of enumerated tables by circuits and by their controls: mean and 95 % interval over seeds. */
export function hypernetworkTable(): string {
  const { parts } = read<{ parts: Readonly<Record<string, { readonly tables?: readonly SearchTable[] }>> }>('hypernetwork');
  const tables = Object.values(parts).flatMap(part => part.tables ?? []);
  // A part of its own repeats a method with more seeds.
  const most = (table: SearchTable, { method, seeds }: SearchRow): boolean => tables.every(other =>
    other.study !== table.study || other.variant !== table.variant || other.methods.every(row => row.method !== method || row.seeds <= seeds));
  return markdown(
    ['table', 'method', 'seeds', 'optimum found', 'expected cost at it', 'P(optimum)', 'test NLL', 'test accuracy'],
    tables.flatMap(table => table.methods.filter(row => row.method !== 'exhaustive' && most(table, row)).map(row => [
      `${table.study} ${table.variant}`, row.method, String(row.seeds), shown(row['found']!, 2), shown(row['expectedFound']!, 2), shown(row['optimal']!, 2),
      row['testNll'] ? shown(row['testNll'], 3) : '–', shown(row['testAccuracy']!, 3),
    ])),
  );
}

interface CurvePoint { readonly level: number; readonly samples: Interval; readonly conformal: Interval; readonly width: Interval }
interface CoverageTable { readonly task: string; readonly variant: string; readonly curve: readonly CurvePoint[] }

/** Coverage of intervals at each level, per cent: of the drawn networks alone, and calibrated. */
export function uncertaintyTable(): string {
  const { tables } = read<{ tables: readonly CoverageTable[] }>('uncertainty'), percent = ({ mean: centre, half }: Interval): string =>
    (100 * centre).toFixed(1) + (half === null ? '' : ` ± ${(100 * half).toFixed(1)}`);
  return markdown(
    ['task', 'level, %', 'drawn networks alone', 'calibrated', 'mean width'],
    tables.flatMap(({ task, curve }) => curve.map(({ level, samples, conformal, width }) =>
      [task, (100 * level).toFixed(0), percent(samples), percent(conformal), width.mean.toFixed(3)])),
  );
}
