import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { studyHtml } from '../report/index.js';
import { cellOf, groupsOf } from '../tasks/studies/summary.js';
import type { Study, StudyOptions, StudyRow } from '../tasks/studies/study.js';
import { environment } from './environment.js';
import { UsageError } from './failure.js';
import { dataFolder, outputFolder, writeAtomically } from './files.js';
import type { RunArguments } from './run.js';
import { formatTable } from './table.js';

/** Options of `run` that speak of reconstruction alone. */
const foreign = { layers: '--layers', snr: '--snr', steps: '--steps', startSteps: '--start-steps', network: '--network', weights: '--weights' } as const;

function studyOptions(study: Study, given: RunArguments): Omit<StudyOptions, 'signal' | 'onProgress'> {
  for (const [key, flag] of Object.entries(foreign))
    if (given[key as keyof typeof foreign] !== undefined) throw new UsageError(`run: ${study.name} takes no ${flag}`);
  const { variant = study.variants[0]!, methods = 'all', seed = 1, seeds = 1, quick = false } = given;
  if (!study.variants.includes(variant))
    throw new UsageError(`run: expected variant ${study.variants.join(', ')} for ${study.name}, got ${variant}`);
  const names = methods === 'all' ? study.methods : methods.split(',').map(name => name.trim());
  const unknown = names.find(name => !study.methods.includes(name));
  if (unknown !== undefined) throw new UsageError(`run: expected methods from ${study.methods.join(', ')}, got ${unknown}`);
  const folder = dataFolder(given.data);
  return { variant, methods: names, seeds: Array.from({ length: seeds }, (_, i) => seed + i), quick, ...(folder && { folder }) };
}

/** A bar on a terminal, else a line for each phase. */
function progressBar(): { report: NonNullable<StudyOptions['onProgress']>; stop(): void } {
  let bar: SingleBar | undefined, phase = '';
  const stop = (): void => { bar?.stop(); bar = undefined; };
  return {
    stop,
    report({ phase: now, done, total }) {
      if (now !== phase) {
        stop();
        phase = now;
        if (process.stderr.isTTY) {
          bar = new SingleBar({ format: `${now.padEnd(34)} {bar} {percentage}%, {eta_formatted} left`, barsize: 24, hideCursor: true, stream: process.stderr });
          bar.start(total, done);
        } else process.stderr.write(`${now}\n`);
      }
      bar?.update(done);
    },
  };
}

function printed(study: Study, rows: readonly StudyRow[]): string {
  return formatTable([['method', ...study.columns.map(({ title }) => title)],
    ...groupsOf(rows).map(group => [group.method, ...study.columns.map(column => cellOf(group, column).join(' ').trim())])]);
}

interface Partial { readonly setting: string; readonly data: string; readonly rows: readonly StudyRow[] }

/** Rows of the seeds that an interrupted run had done. */
function readPartial(path: string, setting: string): Partial {
  if (!existsSync(path)) return { setting, data: '', rows: [] };
  let known: Partial | undefined;
  try {
    known = JSON.parse(readFileSync(path, 'utf8')) as Partial;
  } catch { /* said below */ }
  if (!known || !Array.isArray(known.rows)) throw new Error(`${path}: expected rows of an interrupted run, got something else; delete it`);
  if (known.setting !== setting) throw new Error(`${path}: holds rows of another command; delete it or choose another --out`);
  return known;
}

/** Runs a study seed by seed with progress, resumes after Ctrl-C with the seeds that are missing; writes results.json and report.html. */
export async function runStudy(study: Study, given: RunArguments): Promise<void> {
  const { seeds, ...options } = studyOptions(study, given), folder = outputFolder(given.out), bars = progressBar(), abort = new AbortController();
  const { variant, methods, quick } = options, place = join(folder, 'partial.json');
  const setting = JSON.stringify([study.name, variant, methods, quick, Boolean(options.folder)]);
  let partial = readPartial(place, setting);
  const interrupt = (): void => abort.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    for (const seed of seeds.filter(one => !partial.rows.some(row => row.seed === one))) {
      const { data, rows } = await study.run({ ...options, seeds: [seed], signal: abort.signal, onProgress: bars.report });
      partial = { setting, data, rows: [...partial.rows, ...rows] };
      writeAtomically(place, JSON.stringify(partial));
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    throw new Error(`${study.name}: interrupted; the same command goes on with the seeds that are missing`);
  } finally {
    bars.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  const { data } = partial, rows = seeds.flatMap(seed => partial.rows.filter(row => row.seed === seed));
  const around = environment(), report = { task: study.name, data, environment: around, rows };
  const files = [join(folder, 'results.json'), join(folder, 'report.html')], { command, ...facts } = around;
  writeAtomically(files[0]!, `${JSON.stringify(report, null, 1)}\n`);
  writeAtomically(files[1]!, studyHtml({ study, data, command, environment: facts, rows }));
  rmSync(place, { force: true });
  if (given.json) console.log(JSON.stringify(report));
  else console.log(`${printed(study, rows)}\n\nwritten: ${files.join(' ')}`);
}
