import type { Certificates } from '../tasks/rows.js';
import { ceiling, decibelAxis, describe, figure } from './figure.js';
import { families, type Family, type Group, meanOf } from './groups.js';
import { html, nothing, type Html } from './html.js';
import { format, isNumber } from './numbers.js';
import { type Axes, colour, draw, endLabels, type Layer } from './plot.js';

interface Line {
  readonly label: string;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly points: readonly { readonly layer: number; readonly y: number }[];
}

/** A group's errors, drawn up to the ceiling; a tuned solver has one error for all layers. */
interface ErrorLine extends Line {
  readonly family: Family;
  readonly last: number;
  readonly largest: number;
  readonly constant: boolean;
}

const dashes: readonly (readonly number[])[] = [[1, 0], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]];

/** Mean errors by layer; a list with one more entry than layers begins with the linear start, layer 0. */
function errorsOf(group: Group): { layer: number; error: number }[] {
  const { layers, nmseDbPerLayer } = group.rows[0]!, start = layers - nmseDbPerLayer.length + 1;
  return nmseDbPerLayer.flatMap((_, k) => {
    const error = meanOf(group, row => row.nmseDbPerLayer[k]);
    return isNumber(error) ? [{ layer: start + k, error }] : [];
  });
}

function errorLines(groups: readonly Group[]): ErrorLine[] {
  const layered = groups.map(group => ({ group, errors: errorsOf(group) }));
  const all = layered.flatMap(({ errors }) => errors.map(({ layer }) => layer));
  if (!all.length) return [];
  const ends = [Math.min(...all), Math.max(...all)], used = new Map<Family, number>();
  return layered.flatMap(({ group, errors }) => {
    const { label, family, rows } = group, final = meanOf(group, row => row.nmseDb);
    const constant = rows.every(row => !row.nmseDbPerLayer.length);
    const found = constant && isNumber(final) ? ends.map(layer => ({ layer, error: final })) : errors;
    if (!found.length) return [];
    const rank = used.get(family) ?? 0;
    used.set(family, rank + 1);
    return [{
      label, family, constant, colour: family.colour, dash: dashes[rank % dashes.length]!,
      points: found.map(({ layer, error }) => ({ layer, y: Math.min(error, ceiling) })),
      last: found.at(-1)!.error, largest: Math.max(...found.map(({ error }) => error)),
    }];
  });
}

/** The bounds that say something: NMSE ≤ s ρ²ᵏ, from ‖x_k − x‖₂ ≤ ‖x_k − x‖₁ ≤ ρᵏ ‖x‖₁ ≤ ρᵏ √s ‖x‖₂. */
function boundLines(certificates: readonly Certificates[], depth: number, [low, high]: readonly [number, number]): Line[] {
  return certificates.flatMap(({ method, recovery }) => {
    if (!recovery || recovery.vacuous) return [];
    const points = Array.from({ length: depth }, (_, k) => ({
      layer: k + 1,
      y: 10 * Math.log10(recovery.sparsity) + 20 * (k + 1) * Math.log10(recovery.rho),
    })).filter(({ y }) => y >= low && y <= high);
    return points.length ? [{ label: `bound of ${method}`, colour: 'var(--text)', dash: [2, 4], points }] : [];
  });
}

const strokes = (lines: readonly Line[], strokeWidth: number): Layer => ({
  data: { values: lines.flatMap(({ points, ...line }) => points.map(point => ({ ...point, ...line }))) },
  mark: { type: 'line', strokeWidth },
  encoding: {
    x: { field: 'layer' }, y: { field: 'y' }, detail: { field: 'label' },
    color: colour, strokeDash: { field: 'dash', scale: null },
  },
} as Layer);

const marks = (lines: readonly ErrorLine[]): Layer => ({
  data: { values: lines.flatMap(({ points, family }) => points.map(point => ({ ...point, ...family }))) },
  mark: { type: 'point', filled: true, opacity: 1, size: 26 },
  encoding: { x: { field: 'layer' }, y: { field: 'y' }, color: colour, shape: { field: 'mark', scale: null } },
} as Layer);

function caption(lines: readonly ErrorLine[], bounds: readonly Line[]): Html {
  const bound = html`<p>The dotted bound holds for signals without noise, of the task’s sparsity at most (under T2: whose blocks
have equal ℓ1 norm), when the same signs run with the theorem’s thresholds.</p>`;
  const level = html`<p>Level lines are tuned solvers, which stop where their answer settles or after 500 iterations, and linear estimates.</p>`;
  const clipped = html`<p>Errors above ${format(ceiling, 0)} dB are drawn at the upper edge.</p>`;
  const solvers = lines.some(({ family, constant }) => family === families.classical && !constant);
  return html`<p>The error after each layer${solvers ? ', beside as many iterations of the classical solvers' : ''}.
Methods of one kind share a colour and differ in their dashes.</p>
${lines.some(({ constant }) => constant) ? level : nothing}
${bounds.length ? bound : nothing}
${lines.some(({ largest }) => largest > ceiling) ? clipped : nothing}`;
}

/** Error per layer or iteration, a line for each method, and the bound of each certificate that says something. */
export async function layersPlot(groups: readonly Group[], certificates: readonly Certificates[]): Promise<Html> {
  const lines = errorLines(groups);
  if (!lines.length) return nothing;
  const layers = lines.flatMap(({ points }) => points.map(({ layer }) => layer));
  const first = Math.min(...layers), depth = Math.max(first + 1, ...layers), step = Math.ceil((depth - first) / 12);
  const all = Array.from({ length: depth - first + 1 }, (_, k) => first + k);
  const axes: Axes = {
    x: {
      title: 'layer, or iteration of a classical solver',
      domain: [first, depth],
      log: false,
      ticks: all.filter(k => k === first || k % step === 0),
    },
    y: decibelAxis(lines.flatMap(({ points }) => points.map(({ y }) => y))),
  };
  const bounds = boundLines(certificates, depth, axes.y.domain);
  const last = [...lines, ...bounds].map(({ label, colour: own, points }) => ({ label, colour: own, ...points.at(-1)! }));
  const ends = last.filter(({ layer }) => layer === depth), short = last.filter(({ layer }) => layer < depth);
  return figure({
    description: describe('Error at the last layer', lines.map(({ label, last }) => ({ label, text: `${format(last, 2)} dB` }))),
    caption: caption(lines, bounds),
    shown: lines.map(({ family }) => family),
    labels: ends.map(({ label }) => label),
    draw: frame => draw(axes, frame, [
      strokes(lines, 1.75),
      ...(depth - first > 24 ? [] : [marks(lines.filter(({ constant }) => !constant))]),
      strokes(bounds, 1.25),
      {
        data: { values: short },
        mark: { type: 'text', align: 'right', baseline: 'middle', dx: -8, fontSize: frame.fontSize },
        encoding: { x: { field: 'layer' }, y: { field: 'y' }, text: { field: 'label' }, color: colour },
      } as Layer,
      ...endLabels(ends, axes, frame).layers,
    ]),
  });
}
