import { weightBytes } from '../report/groups.js';
import type { Certificates, Row } from '../tasks/rows.js';

/** Columns padded to their widest cell; the first is flush left, the others flush right where they hold numbers. */
export function formatTable(cells: readonly (readonly string[])[], others: 'numbers' | 'text' = 'numbers'): string {
  const widths = cells[0]!.map((_, c) => Math.max(...cells.map(row => row[c]!.length)));
  return cells
    .map(row =>
      row
        .map((cell, c) => (c && others === 'numbers' ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const number = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

/** Columns that only some tasks have. */
const metrics: readonly { readonly title: string; readonly of: (row: Row) => number | null | undefined }[] = [
  { title: 'SSIM', of: ({ ssim }) => ssim }, { title: 'RRMSE', of: ({ rrmse }) => rrmse },
  { title: 'RRMSE spectrum', of: ({ rrmseSpectrum }) => rrmseSpectrum }, { title: 'CC', of: ({ cc }) => cc },
];

export function formatRows(rows: readonly Row[]): string {
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  const extra = metrics.filter(({ of }) => rows.some(row => typeof of(row) === 'number'));
  return formatTable([
    [
      'method',
      ...(seeds > 1 ? ['seed'] : []),
      'NMSE dB',
      'PSNR dB',
      ...extra.map(({ title }) => title),
      'bits/weight',
      'weight bytes',
      'total bytes',
      'fit s',
      'µs/signal',
    ],
    ...rows.map(row => [
      row.method,
      ...(seeds > 1 ? [String(row.seed)] : []),
      number(row.nmseDb, 2),
      number(row.psnrDb, 2),
      ...extra.map(({ of }) => number(of(row) ?? null, 3)),
      row.bitsPerWeight === null ? '–' : row.bitsPerWeight < 0.001 ? row.bitsPerWeight.toExponential(1) : row.bitsPerWeight.toFixed(4),
      number(weightBytes(row), 0),
      row.bytes ? String(row.bytes.total) : '–',
      row.fitSeconds ? number(row.fitSeconds, 1) : '–',
      number(row.reconstructMicros, 0),
    ]),
  ]);
}

/** Certificates of one method beside the error that its network shows after each layer. */
export function formatCertificates({ method, recovery, generalization }: Certificates, row: Row): string {
  const lines: string[] = [];
  if (recovery) {
    const { theorem, delta, mu, rho, sparsity, vacuous, certifiedSparsity, layers } = recovery;
    const where = theorem === 'T2' ? ' in each block' : '';
    lines.push(
      `${method}, ${theorem}: delta ${delta.toFixed(3)}, mu ${mu.toFixed(3)}; at the task's ${sparsity} nonzeros${where} rho = ${rho.toFixed(2)}` +
        `${vacuous ? ': vacuous, it certifies nothing there' : ''}; certified sparsity ${certifiedSparsity}${certifiedSparsity ? '' : ' (none)'}`,
    );
    lines.push(
      formatTable([
        ['layer', 'observed NMSE dB', ...(layers.length ? [`l1 bound at s=${certifiedSparsity}`, 'largest observed'] : [])],
        ...row.nmseDbPerLayer.map((error, k) => [
          String(k + 1),
          error.toFixed(2),
          ...(layers.length ? [layers[k]!.bound.toPrecision(3), layers[k]!.observed.toPrecision(3)] : []),
        ]),
      ]),
    );
  } else lines.push(`${method}: T1 and T2 do not speak of this network`);
  const { signs, samples, gap, vacuous, confidence } = generalization;
  lines.push(
    `${method}, T3: with probability ${confidence} the loss min(NMSE, 1) on new signals exceeds the training loss by at most ` +
      `${gap.toFixed(2)} (${signs} signs, ${samples} training signals)${vacuous ? ': vacuous' : ''}`,
  );
  return lines.join('\n');
}
