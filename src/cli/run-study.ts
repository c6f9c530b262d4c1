import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { studyHtml } from '../report/index.js';
import { cellOf, groupsOf } from '../tasks/studies/summary.js';
import type { Study, StudyOptions, StudyResult, StudyRow } from '../tasks/studies/study.js';
import { environment } from './environment.js';
import { UsageError } from './failure.js';
import { dataFolder, dataPath, outputFolder, writeAtomically } from './files.js';
import { interruptible } from './interrupt.js';
import { studyProgress } from './progress.js';
import type { RunArguments } from './run.js';
import { formatTable } from './table.js';

/** Options of `run` that speak of reconstruction alone. */
const foreign = {
  layers: '--layers', features: '--features', frame: '--frame', snr: '--snr', steps: '--steps', startSteps: '--start-steps', threads: '--threads', network: '--network', weights: '--weights',
} as const;

function studyOptions(study: Study, given: RunArguments): Omit<StudyOptions, 'signal' | 'onProgress'> {
  for (const [key, flag] of Object.entries(foreign))
    if (given[key as keyof typeof foreign] !== undefined) throw new UsageError(`run: ${study.name} takes no ${flag}`);
  const { variant = study.variants[0]!, methods = 'all', seed = 1, seeds = 1, quick = false } = given;
  if (!study.variants.includes(variant))
    throw new UsageError(`run: expected variant ${study.variants.join(', ')} for ${study.name}, got ${variant}`);
  const names = methods === 'all' ? study.methods : [...new Set(methods.split(',').map(name => name.trim()))];
  const unknown = names.find(name => !study.methods.includes(name));
  if (unknown !== undefined) throw new UsageError(`run: expected methods from ${study.methods.join(', ')}, got ${unknown}`);
  const folder = dataFolder(given.data);
  return { variant, methods: names, seeds: Array.from({ length: seeds }, (_, i) => seed + i), quick, ...(folder && { folder }) };
}

function printed(study: Study, rows: readonly StudyRow[]): string {
  return formatTable([['method', ...study.columns.map(({ title }) => title)],
    ...groupsOf(rows).map(group => [group.method, ...study.columns.map(column => cellOf(group, column).join(' ').trim())])]);
}

interface Interrupted extends StudyResult {
  /** What the rows depend on: they are gone on with only where all of it is the same. */
  readonly setting: string;
}

/** A row as the study gives it: its columns, those with decimal places as numbers, or null where it has none. */
function isRow(row: unknown, { methods, columns }: Study, variant: string): boolean {
  if (typeof row !== 'object' || row === null) return false;
  const { method, variant: own, seed, ...values } = row as StudyRow;
  return methods.includes(method) && own === variant && Number.isSafeInteger(seed) && columns.every(({ key, digits }) => {
    const value = values[key];
    return value === null || typeof value === 'number' || (digits === undefined && (typeof value === 'string' || typeof value === 'boolean'));
  });
}

/** Rows of the seeds that an interrupted run had done. */
function readPartial(path: string, setting: string, study: Study, variant: string): Interrupted {
  if (!existsSync(path)) return { setting, data: '', rows: [], notes: [] };
  let known: Interrupted | undefined;
  try {
    known = JSON.parse(readFileSync(path, 'utf8')) as Interrupted;
  } catch { /* said below */ }
  const odd = (what: string): Error => new Error(`${path}: expected rows of an interrupted run, got ${what}; delete it`);
  if (!Array.isArray(known?.rows)) throw odd('something else');
  if (known.setting !== setting)
    throw new Error(`${path}: holds rows of another command, data folder or version; delete it or choose another --out`);
  const wrong = known.rows.findIndex(row => !isRow(row, study, variant));
  if (wrong >= 0) throw odd(`another one at ${wrong}`);
  if (typeof known.data !== 'string' || !Array.isArray(known.notes)) throw odd('neither data nor notes');
  return known;
}

/** Runs a study seed by seed with progress, resumes after Ctrl-C with the seeds that are missing; writes results.json and report.html. */
export async function runStudy(study: Study, given: RunArguments): Promise<void> {
  const { seeds, ...options } = studyOptions(study, given), folder = outputFolder(given.out), bars = studyProgress();
  const { variant, methods, quick } = options, place = join(folder, 'partial.json');
  const around = environment(), setting = JSON.stringify([study.name, variant, methods, quick, dataPath(given.data) ?? null, around.signfold]);
  let partial = readPartial(place, setting, study, variant);
  try {
    await interruptible(async signal => {
      for (const seed of seeds.filter(one => !partial.rows.some(row => row.seed === one))) {
        const { data, rows, notes = [] } = await study.run({ ...options, seeds: [seed], signal, onProgress: bars.report });
        partial = { setting, data, rows: [...partial.rows, ...rows], notes };
        writeAtomically(place, JSON.stringify(partial));
        // Signals have their turn between seeds that take no time.
        await turn();
      }
    });
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    throw new Error(`${study.name}: interrupted; the same command goes on with the seeds that are missing`);
  } finally {
    bars.stop();
  }
  const { data, notes = [] } = partial, rows = seeds.flatMap(seed => partial.rows.filter(row => row.seed === seed));
  const report = { task: study.name, data, environment: around, rows, notes };
  const files = [join(folder, 'results.json'), join(folder, 'report.html')], { command, ...facts } = around;
  writeAtomically(files[0]!, `${JSON.stringify(report, null, 1)}\n`);
  writeAtomically(files[1]!, studyHtml({ study, data: [data, ...notes].join('; '), command, environment: facts, rows }));
  rmSync(place, { force: true });
  if (given.json) console.log(JSON.stringify(report));
  else console.log(`${[printed(study, rows), ...notes].join('\n')}\n\nwritten: ${files.join(' ')}`);
}
