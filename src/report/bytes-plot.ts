import { ceiling, decibelAxis, describe, figure } from './figure.js';
import { families, type Group, meanOf, weightBytes } from './groups.js';
import { html, nothing, type Html } from './html.js';
import { type Box, leader, placeLabels, textWidth } from './labels.js';
import { format, isNumber, moments } from './numbers.js';
import { type Axes, colour, draw, type EndLabel, endLabels, type Frame, type Layer, logTicks, scales } from './plot.js';

interface Point {
  readonly label: string;
  readonly colour: string;
  readonly mark: string;
  readonly error: number;
  readonly y: number;
  readonly weights: number;
  readonly total: number;
}

function pointOf(group: Group): Point[] {
  const error = meanOf(group, row => row.nmseDb);
  const weights = meanOf(group, weightBytes), total = meanOf(group, ({ bytes }) => bytes?.total);
  if (!isNumber(error) || !weights || !total) return [];
  const label = error > ceiling ? `${group.label} (${format(error, 1)} dB)` : group.label;
  return [{ label, colour: group.family.colour, mark: group.family.mark, error, y: Math.min(error, ceiling), weights, total }];
}

/** The classical solvers at their error, and where they converge. */
function classicalLines(groups: readonly Group[]): EndLabel[] {
  const lines = groups.filter(({ family }) => family === families.classical)
    .map(group => ({ label: group.label, y: meanOf(group, row => row.nmseDb) }));
  const converged = moments(groups.flatMap(({ rows }) => rows).map(row => row.classicalConvergedNmseDb)).mean;
  return [...lines, { label: 'FISTA, converged', y: converged }]
    .flatMap(({ label, y }) => (isNumber(y) ? [{ label, y: Math.min(y, ceiling), colour: families.classical.colour }] : []));
}

/** Every mark's label, with a line to its mark where it had to move away from it. */
function pointLabels(
  points: readonly Point[],
  lines: readonly EndLabel[],
  ends: readonly number[],
  axes: Axes,
  frame: Frame,
): Layer[] {
  const at = scales(axes, frame), { width, height, right, fontSize } = frame;
  const obstacles = lines.map(({ label }, i): Box => ({
    left: width, right: width + 18 + textWidth(label, fontSize), top: ends[i]! - 7, bottom: ends[i]! + 7,
  }));
  const thin = (from: number, to: number, y: number): Box => ({ left: from, right: to, top: at.y(y) - 1, bottom: at.y(y) + 1 });
  const drawn = [
    ...lines.map(({ y }) => thin(0, width, y)),
    ...points.map(({ weights, total, y }) => thin(at.x(weights), at.x(total), y)),
  ];
  const room: Box = { left: 0, top: -10, right: width + right, bottom: height };
  const placed = points.map(({ label, total, y }) => ({ label, x: at.x(total), y: at.y(y) }));
  const places = placeLabels(placed, { obstacles, lines: drawn, room }, fontSize);
  const values = placed.map(({ label, x, y }, i) => {
    const place = places[i]!, [x1, y1, x2] = leader(x, y, place);
    return {
      label, colour: points[i]!.colour, align: place.align, x: at.fromX(x + place.dx), y: at.fromY(y + place.dy),
      ...(place.dy !== 0 && { fromX: at.fromX(x1), fromY: at.fromY(y1), toX: at.fromX(x2) }),
    };
  });
  return [
    {
      data: { values: values.filter(value => 'toX' in value) },
      mark: { type: 'rule', strokeWidth: 0.75 },
      encoding: { x: { field: 'fromX' }, x2: { field: 'toX' }, y: { field: 'fromY' }, y2: { field: 'y' }, color: colour },
    },
    {
      data: { values },
      mark: { type: 'text', baseline: 'middle', fontSize, align: { expr: 'datum.align' } },
      encoding: { x: { field: 'x' }, y: { field: 'y' }, text: { field: 'label' }, color: colour },
    },
  ] as Layer[];
}

const marks = (values: readonly object[], x: 'weights' | 'total', mark: object): Layer => ({
  data: { values },
  mark: { type: 'point', filled: true, opacity: 1, ...mark },
  encoding: {
    x: { field: x }, y: { field: 'y' }, color: colour, ...('shape' in mark ? {} : { shape: { field: 'mark', scale: null } }),
  },
} as Layer);

/** Error against bytes: a mark for each method at its whole size, classical solvers as lines. Nothing without sizes. */
export async function bytesPlot(groups: readonly Group[]): Promise<Html> {
  const points = groups.flatMap(pointOf), lines = classicalLines(groups);
  if (!points.length) return nothing;
  const sizes = points.flatMap(({ weights, total }) => [weights, total]);
  const domain = [Math.min(...sizes) / 1.6, Math.max(...sizes) * 1.6] as const;
  const axes: Axes = {
    x: { title: 'bytes (logarithmic)', domain, log: true, ticks: logTicks(domain) },
    y: decibelAxis([...points, ...lines].map(({ y }) => y)),
  };
  const seeds = groups.filter(({ rows }) => rows.length > 1)
    .flatMap(({ rows, family, label }) => rows.flatMap(row => pointOf({ rows: [row], family, label })))
    .map(point => ({ ...point, y: Math.max(point.y, axes.y.domain[0]) }));
  const clipped = html`<p>Errors above ${format(ceiling, 0)} dB are drawn at the upper edge, with their value.</p>`;
  const caption = html`<p>Each mark is a method at the bytes of its whole model: weights, thresholds, and the operator where
inference needs it.
The thin line reaches back to the bytes of the weights alone.${seeds.length ? ' Small marks are single seeds.' : ''}</p>
${lines.length ? html`<p>The dashed lines are the errors of solvers and estimates without weights.</p>` : nothing}
${points.some(({ error }) => error > ceiling) ? clipped : nothing}`;
  const words = points.map(({ label, error, total }) => ({ label, text: `${format(error, 2)} dB at ${format(total, 0)} bytes` }));
  return figure({
    description: describe('Error against bytes', words),
    caption,
    shown: groups.filter(({ family }) => family !== families.classical).map(({ family }) => family),
    labels: lines.map(({ label }) => label),
    draw(frame) {
      const ends = endLabels(lines, axes, frame);
      return draw(axes, frame, [
        {
          data: { values: lines },
          mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1 },
          encoding: { x: { value: 0 }, x2: { value: frame.width }, y: { field: 'y' }, color: colour },
        } as Layer,
        {
          data: { values: points },
          mark: { type: 'rule', strokeWidth: 1, opacity: 0.6 },
          encoding: { x: { field: 'weights' }, x2: { field: 'total' }, y: { field: 'y' }, color: colour },
        } as Layer,
        marks(points, 'weights', { shape: 'M-0.15,-1H0.15V1H-0.15Z', size: 55 }),
        marks(seeds, 'total', { size: 22, opacity: 0.55 }),
        marks(points, 'total', { size: 95 }),
        ...pointLabels(points, lines, ends.rows, axes, frame),
        ...ends.layers,
      ]);
    },
  });
}
