import { join } from 'node:path';
import { encodeModel } from '../packed/model.js';
import { reportHtml, signsPicture, type SignsPicture } from '../report/index.js';
import type { Result } from '../tasks/rows.js';
import type { Task } from '../tasks/task.js';
import type { OneBitNetwork } from '../types.js';
import { environment } from './environment.js';
import { writeAtomically } from './files.js';
import type { RunResult } from './run.js';
import { formatCertificates, formatRows } from './table.js';

/** Matrices whose signs the page shows: the first of the plain one-bit network, or of another. */
const shownMatrices = 6;

function signsOf(networks: ReadonlyMap<string, OneBitNetwork>): SignsPicture[] {
  const binary = [...networks].filter(([, net]) => net.matrices.length);
  const [method, net] = binary.find(([name]) => name === 'straight-through') ?? binary[0] ?? [];
  return net ? net.matrices.slice(0, shownMatrices).map(matrix => ({ method: method!, matrix: matrix.name, picture: signsPicture(matrix) })) : [];
}

/** Writes results.json, report.html and a model file for each trained method; gives the paths. */
export async function writeResults(task: Task, result: RunResult, folder: string): Promise<{ report: unknown; files: string[] }> {
  const { data, rows, certificates, uncertainties, networks, pictures, resumed } = result, around = environment();
  const report = { task: task.name, data, environment: { ...around, resumed }, rows, certificates, ...(uncertainties.length && { uncertainties }) };
  const files = [join(folder, 'results.json'), join(folder, 'report.html')];
  for (const [method, net] of networks) {
    const path = join(folder, `${method}.safetensors`);
    writeAtomically(path, encodeModel(net, { task: task.name, method, data }));
    files.push(path);
  }
  writeAtomically(files[0]!, `${JSON.stringify(report, null, 1)}\n`);
  const { command, ...facts } = around;
  writeAtomically(files[1]!, await reportHtml({ task: task.name, summary: task.summary, data, command, environment: { ...facts, resumed },
    rows, certificates, uncertainties, signs: signsOf(networks), pictures }));
  return { report, files };
}

/** The table, the last one-bit method's certificates, and where the files are. */
export function printResult(result: Result, files: readonly string[]): void {
  console.log(`${formatRows(result.rows)}\n`);
  const shown = result.certificates.findLast(({ method }) => method.startsWith('straight-through')) ?? result.certificates.at(-1);
  const row = shown && result.rows.findLast(({ method, seed }) => method === shown.method && seed === shown.seed);
  if (shown && row) console.log(`${formatCertificates(shown, row)}\n`);
  console.log(`written: ${files.join(' ')}`);
}
