import type { Uncertainty } from '../tasks/uncertainty.js';
import { describe, figure } from './figure.js';
import { html, nothing, type Html } from './html.js';
import { format, formatMean, isNumber, moments, type Measured, type Print, significant } from './numbers.js';
import { type Axes, colour, draw, endLabels, type Layer } from './plot.js';

type Kind = 'samples' | 'normal' | 'conformal';

const kinds: Readonly<Record<Kind, { readonly title: string; readonly colour: string; readonly dash: readonly number[] }>> = {
  conformal: { title: 'conformal', colour: 'var(--trained)', dash: [1, 0] },
  normal: { title: 'normal', colour: 'var(--searched)', dash: [7, 3] },
  samples: { title: 'samples alone', colour: 'var(--rounded)', dash: [2, 3] },
};

interface Line {
  readonly label: string;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** The seeds of each method, in the order in which methods come. */
const bySeed = (uncertainties: readonly Uncertainty[]): (readonly Uncertainty[])[] =>
  [...new Set(uncertainties.map(({ method }) => method))].map(method => uncertainties.filter(each => each.method === method));

function linesOf(groups: readonly (readonly Uncertainty[])[]): Line[] {
  return groups.flatMap(seeds => (Object.keys(kinds) as Kind[]).map(kind => ({
    ...kinds[kind],
    label: groups.length > 1 ? `${seeds[0]!.method}, ${kinds[kind].title}` : kinds[kind].title,
    points: seeds[0]!.curve.map(({ level }, k) => ({ x: 100 * level, y: 100 * moments(seeds.map(({ curve }) => curve[k]![kind])).mean! })),
  })));
}

const strokes = (lines: readonly Line[], mark: object): Layer => ({
  data: { values: lines.flatMap(({ points, ...line }) => points.map(point => ({ ...point, ...line }))) },
  mark,
  encoding: {
    x: { field: 'x' }, y: { field: 'y' }, detail: { field: 'label' }, color: colour,
    ...('strokeWidth' in mark && { strokeDash: { field: 'dash', scale: null } }),
  },
} as Layer);

async function plot(lines: readonly Line[]): Promise<Html> {
  const all = lines.flatMap(({ points }) => points), ticks = lines[0]!.points.map(({ x }) => x), [first, last] = [ticks[0]!, ticks.at(-1)!];
  const axes: Axes = {
    x: { title: 'level of the intervals, %', domain: [first, last], log: false, ticks },
    y: { title: 'within them, % of the test elements', domain: [Math.min(first, ...all.map(({ y }) => y)) - 3, 100] },
  };
  const ideal: Line = { label: 'ideal', colour: 'var(--muted)', dash: [1, 0], points: ticks.map(x => ({ x, y: x })) };
  const shown = [ideal, ...lines], ends = shown.map(({ label, colour: own, points }) => ({ label, colour: own, y: points.at(-1)!.y }));
  return figure({
    description: describe('Coverage by level', lines.map(({ label, points }) =>
      ({ label, text: points.map(({ x, y }) => `${format(y, 1)} % at ${x} %`).join(', ') }))),
    caption: html`<p>How many elements of the test signals are within their intervals. <b>Samples alone</b>: mean ± z times the
standard deviation of the drawn networks’ reconstructions, as if weights were all that is unknown. <b>Normal</b>: z times the
predictive deviation, whose square is gain² times the samples’ variance and floor². <b>Conformal</b>: the predictive deviation times the
factor that held-out signals ask for. Power, gain, floor and factors are fitted on validation signals, never on test signals.</p>`,
    shown: [],
    labels: shown.map(({ label }) => label),
    draw: frame => draw(axes, frame, [
      strokes([ideal], { type: 'line', strokeWidth: 1, opacity: 0.7 }),
      strokes(lines, { type: 'line', strokeWidth: 1.75 }),
      strokes(lines, { type: 'point', filled: true, opacity: 1, size: 26 }),
      ...endLabels(ends, axes, frame).layers,
    ]),
  });
}

/** A line for each level, and the other figures below: means over the seeds. */
function table(seeds: readonly Uncertainty[]): Html {
  const { method, samples, validation, curve } = seeds[0]!;
  const over = (of: (each: Uncertainty) => Measured, print: Print): Html => {
    const [mean, spread] = formatMean(seeds.map(of), print);
    return html`${mean}${spread ? html`<small> ${spread}</small>` : nothing}`;
  };
  const percent: Print = value => format(isNumber(value) ? 100 * value : value, 2), decibels: Print = value => format(value, 2);
  const columns = [
    ['samples', percent], ['normal', percent], ['conformal', percent], ['samplesWidth', significant], ['width', significant],
  ] as const;
  const levels = curve.map(({ level }, k) => html`<tr><th scope="row">${format(100 * level, 0)} %</th>
${columns.map(([key, print]) => html`<td>${over(each => each.curve[k]![key], print)}</td>`)}</tr>
`);
  const facts: readonly (readonly [string, Html])[] = [
    ['NMSE dB of the mean', over(each => each.nmseDb.mean, decibels)],
    ['NMSE dB of a single draw', over(each => each.nmseDb.sample, decibels)],
    ['NMSE dB of the likeliest signs', over(each => each.nmseDb.likeliest, decibels)],
    ['power of the posterior', over(each => each.power, value => format(value, 0))],
    ['gain', over(each => each.gain, significant)],
    ['floor', over(each => each.floor, significant)],
    ['mean predictive deviation', over(each => each.deviation.predictive, significant)],
    ['mean deviation of the samples', over(each => each.deviation.samples, significant)],
    ['correlation of predictive deviation and |error|', over(each => each.correlation.predictive, decibels)],
    ['least share of a signal or image within 90 %', over(each => each.coverageOfSignals[0], percent)],
    ['greatest share', over(each => each.coverageOfSignals[1], percent)],
  ];
  return html`<h3>${method}: ${samples} networks, ${validation} validation signals</h3>
<div class="scroll" role="region" aria-label="Coverage of ${method}" tabindex="0"><table>
<thead><tr><th scope="col">Level</th><th scope="col">samples alone %</th><th scope="col">normal %</th><th scope="col">conformal %</th>
<th scope="col">width, samples</th><th scope="col">width, conformal</th></tr></thead>
<tbody>
${levels}</tbody></table></div>
<dl class="certificates">
${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>
`)}</dl>
`;
}

/** The calibration curve and what stands beside it; nothing where no method tells its uncertainty. */
export async function uncertaintySection(uncertainties: readonly Uncertainty[]): Promise<Html> {
  const groups = bySeed(uncertainties);
  return groups.length ? html`${await plot(linesOf(groups))}${groups.map(table)}` : nothing;
}
