import type { Bytes } from '../types.js';
import type { Row } from '../tasks/rows.js';
import type { Family, Group } from './groups.js';
import { html, nothing, type Html } from './html.js';
import { format, formatMean, isNumber, type Measured, type Print, significant } from './numbers.js';

interface Column {
  readonly group: string;
  readonly title: string;
  cell(rows: readonly Row[]): string | readonly [mean: string, spread: string];
}

type Read = (row: Row) => Measured;

const averaged = (group: string, title: string, read: Read, print: Print): Column => ({
  group,
  title,
  cell: rows => formatMean(rows.map(read), print),
});

const fixed = (digits: number) => (value: number | null): string => format(value, digits);
const seconds = (value: number | null): string => format(value, isNumber(value) && value >= 100 ? 0 : 1);

const beside = 'NMSE dB, to compare';
const byteParts: readonly (keyof Bytes)[] = ['signs', 'index', 'scale', 'thresholds', 'operator', 'total'];

/** The columns; those of numbers that only some tasks have, where some row has them. */
function columnsOf(rows: readonly Row[]): Column[] {
  const some = (read: Read, column: (read: Read) => Column): Column[] =>
    rows.some(row => typeof read(row) === 'number') ? [column(read)] : [];
  return [
    { group: '', title: 'Layers', cell: ([row]) => String(row!.layers) },
    averaged('Error', 'NMSE dB', row => row.nmseDb, fixed(2)),
    averaged('Error', 'PSNR dB', row => row.psnrDb, fixed(2)),
    ...some(row => row.ssim, read => averaged('Error', 'SSIM', read, fixed(4))),
    ...some(row => row.rrmse, read => averaged('Error', 'RRMSE', read, fixed(4))),
    ...some(row => row.rrmseSpectrum, read => averaged('Error', 'RRMSE of spectrum', read, fixed(4))),
    ...some(row => row.cc, read => averaged('Error', 'CC', read, fixed(4))),
    { group: '', title: 'Bits per weight', cell: ([row]) => significant(row!.bitsPerWeight) },
    ...byteParts.map((part): Column => ({ group: 'Bytes', title: part, cell: ([row]) => format(row!.bytes?.[part], 0) })),
    ...some(row => row.lambda, read => averaged('', 'Tuned λ', read, significant)),
    averaged('Time', 'fit s', row => row.fitSeconds || null, seconds),
    averaged('Time', 'µs per recon\u00adstruction', row => row.reconstructMicros, fixed(0)),
    ...some(row => row.floatNmseDb, read => averaged(beside, 'float twin', read, fixed(2))),
    ...some(row => row.classicalNmseDb, read => averaged(beside, 'ISTA, same layers', read, fixed(2))),
    ...some(row => row.classicalConvergedNmseDb, read => averaged(beside, 'FISTA, converged', read, fixed(2))),
  ];
}

/** A family's mark as in the plots. */
export const glyph = ({ colour, mark }: Family): Html =>
  html`<svg class="glyph" viewBox="-1.3 -1.3 2.6 2.6" aria-hidden="true"><path d="${mark}" fill="${colour}"/></svg>`;

/** Header cells: one for each column, under one for each run of columns of the same group. */
function header(columns: readonly Column[], seed: boolean): Html {
  const runs: Column[][] = [];
  for (const column of columns) {
    const last = runs.at(-1);
    if (column.group && last?.[0]!.group === column.group) last.push(column);
    else runs.push([column]);
  }
  const top = runs.map(([first, ...rest]) =>
    first!.group
      ? html`<th scope="colgroup" colspan="${rest.length + 1}">${first!.group}</th>`
      : html`<th scope="col" rowspan="2">${first!.title}</th>`,
  );
  const below = columns.map(({ group, title }) => (group ? html`<th scope="col">${title}</th>` : nothing));
  const seedTitle = seed ? html`<th scope="col" rowspan="2">Seed</th>` : nothing;
  return html`<thead><tr><th scope="col" rowspan="2">Method</th>${seedTitle}${top}</tr>
<tr>${below}</tr></thead>`;
}

/** One line for each group; with `seed` the group is one row of results, and its seed is shown. */
function table(caption: string, id: string, groups: readonly Group[], seed: boolean): Html {
  const columns = columnsOf(groups.flatMap(({ rows }) => rows));
  const lines = groups.map(({ label, family, rows }) => {
    const cells = columns.map(column => {
      const [value, spread] = [column.cell(rows)].flat();
      return html`<td>${value!}${spread ? html`<small> ${spread}</small>` : nothing}</td>`;
    });
    const seedCell = seed ? html`<td>${rows[0]!.seed}</td>` : nothing;
    return html`<tr><th scope="row">${glyph(family)}${label}</th>${seedCell}${cells}</tr>
`;
  });
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}"><span>${caption}</span></caption>
${header(columns, seed)}
<tbody>
${lines}</tbody></table></div>`;
}

/** The table of results: mean ± standard deviation over seeds, every seed's own values on request. */
export function resultsTable(groups: readonly Group[]): Html {
  const seeds = Math.max(...groups.map(({ rows }) => rows.length));
  const singles = groups.flatMap(group => group.rows.map(row => ({ ...group, rows: [row] })));
  const caption =
    `Results on the test split${seeds > 1 ? `, mean ± standard deviation over ${seeds} seeds` : ''}. A solver’s layers are its ` +
    'iterations. Bits per weight count signs, indices and scale against the full matrix; where nothing is binarized, ' +
    'signs hold the float weights.';
  const details = html`<details><summary>Values of the single seeds</summary>
${table('Every seed on its own.', 'seeds', singles, true)}</details>`;
  return html`${table(caption, 'results', groups, false)}
${seeds > 1 ? details : nothing}`;
}
