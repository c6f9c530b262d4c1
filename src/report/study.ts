import { cellOf, groupsOf } from '../tasks/studies/summary.js';
import type { Study, StudyRow } from '../tasks/studies/study.js';
import { html, page, nothing, type Html } from './html.js';
import { style } from './style.js';

export interface StudyReport {
  readonly study: Pick<Study, 'name' | 'summary' | 'columns'>;
  readonly data: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly rows: readonly StudyRow[];
}

function table({ study: { columns }, rows }: StudyReport): Html {
  const lines = groupsOf(rows).map(group => {
    const cells = columns.map(column => {
      const [text, spread] = cellOf(group, column);
      return html`<td>${text}${spread ? html`<small> ${spread}</small>` : nothing}</td>`;
    });
    return html`<tr><th scope="row">${group.method}</th><td>${group.rows.length}</td>${cells}</tr>
`;
  });
  return html`<div class="scroll" role="region" aria-labelledby="results" tabindex="0"><table>
<caption id="results"><span>Mean ± standard deviation over seeds.</span></caption>
<thead><tr><th scope="col">Method</th><th scope="col">Seeds</th>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${lines}</tbody></table></div>`;
}

/** One self-contained page with a study's table and how to repeat it. */
export function studyHtml(report: StudyReport): string {
  const { study, data, command, environment, rows } = report;
  return page(`${study.name}: results`, style, html`<main>
<header>
<p class="kicker">signfold results</p>
<h1>${study.name}</h1>
<p class="summary">${study.summary}</p>
<p class="setting">variant ${[...new Set(rows.map(({ variant }) => variant))].join(', ')} · data: ${data}</p>
</header>
<section>
<h2>Results</h2>
${table(report)}
</section>
<section class="again">
<h2>Do it again</h2>
<pre tabindex="0"><code>${command.split(' ').map((word, i) => html`${i ? ' ' : ''}<span>${word}</span>`)}</code></pre>
<dl class="environment">
${Object.entries(environment).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>
`)}</dl>
</section>
</main>`);
}
