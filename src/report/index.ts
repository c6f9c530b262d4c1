import type { Row } from '../tasks/rows.js';
import { bytesPlot } from './bytes-plot.js';
import { certificateWords, lastOfEach } from './certificates.js';
import { findings } from './findings.js';
import { groupRows } from './groups.js';
import { html, nothing, page, type Html } from './html.js';
import { layersPlot } from './layers-plot.js';
import { picturesSection, signsSection } from './pictures.js';
import { style } from './style.js';
import { resultsTable } from './table.js';
import type { Report } from './types.js';
import { uncertaintySection } from './uncertainty.js';

export { signsPicture } from './signs.js';
export { studyHtml, type StudyReport } from './study.js';
export type { Panel, PictureRow, Report, SignsPicture } from './types.js';

const section = (title: string, content: Html): Html => (content.markup.trim() ? html`<section>
<h2>${title}</h2>
${content}
</section>
` : nothing);

/** Variant, network, noise, depth and seeds of the rows. */
function setting(rows: readonly Row[]): string {
  if (!rows.length) return 'no rows';
  const values = (of: (row: Row) => string | number, among = rows): string => [...new Set(among.map(of))].join(', ');
  const networks = rows.filter(({ bytes }) => bytes);
  return [
    `variant ${values(({ variant }) => variant)}`,
    `network ${values(({ network }) => network)}`,
    values(({ snrDb }) => (snrDb === null ? 'no added noise' : `noise at ${snrDb} dB SNR`)),
    `${values(({ layers }) => layers, networks.length ? networks : rows)} layers`,
    `seed ${values(({ seed }) => seed)}`,
  ].join(' · ');
}

const shown = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/**
 * One self-contained page: results, plots, certificates, signs, reconstructions and how to repeat them. It holds no script and
 * asks the network for nothing; the same report gives the same bytes. Throws a RangeError where a picture is not [h,w] or a
 * panel has another shape than its truth.
 */
export async function reportHtml(report: Report): Promise<string> {
  const { task, summary, data, command, environment, rows, certificates, uncertainties, signs, pictures } = report;
  const groups = groupRows(rows), last = lastOfEach(certificates);
  const facts = Object.entries(environment).map(([name, value]) => html`<dt>${name}</dt><dd>${shown(value)}</dd>
`);
  return page(`${task}: results`, style, html`<main>
<header>
<p class="kicker">signfold results</p>
<h1>${task}</h1>
<p class="summary">${summary}</p>
<p class="setting">${setting(rows)} · data: ${data}</p>
${findings(groups)}
</header>
${section('Results', rows.length ? resultsTable(groups) : nothing)}
${section('Error against bytes', await bytesPlot(groups))}
${section('Error per layer', html`${await layersPlot(groups, last)}${certificateWords(last)}`)}
${section('Uncertainty', await uncertaintySection(uncertainties))}
${section('Signs on their mask', signsSection(signs))}
${section('Reconstructions', picturesSection(pictures))}
<section class="again">
<h2>Do it again</h2>
<pre tabindex="0"><code>${command.split(' ').map((word, i) => html`${i ? ' ' : ''}<span>${word}</span>`)}</code></pre>
<dl class="environment">
${facts}</dl>
</section>
</main>`);
}
