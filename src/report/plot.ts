import type { TopLevelSpec } from 'vega-lite';
import { shorten, spread, textWidth } from './labels.js';

export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** A drawing's inside and its margins, in pixels; every plot is drawn twice, for wide pages and for telephones. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly fontSize: number;
}

const top = 12, bottom = 48, leader = 18;

/** Both frames, with room for the longest of the `labels` in the right margin as far as it can be had. */
export function frames(labels: readonly string[]): readonly Frame[] {
  const sizes = [
    { total: 840, left: 64, height: 380, fontSize: 12.5, most: 250 },
    { total: 350, left: 52, height: 340, fontSize: 11, most: 122 },
  ];
  return sizes.map(({ total, left, height, fontSize, most }) => {
    const needed = Math.max(0, ...labels.map(label => textWidth(label, fontSize))) + leader + 4;
    const right = Math.ceil(Math.min(needed, most));
    return { width: total - left - right, height, left, right, fontSize };
  });
}

interface Axis {
  readonly title: string;
  readonly domain: readonly [number, number];
}

export interface Axes {
  readonly x: Axis & { readonly log: boolean; readonly ticks: readonly number[] };
  readonly y: Axis;
}

/** From values to pixels and back, as the drawing's own scales have it. */
export function scales({ x, y }: Axes, { width, height }: Frame) {
  const place = x.log ? Math.log : (value: number): number => value, back = x.log ? Math.exp : (value: number): number => value;
  const left = place(x.domain[0]), across = place(x.domain[1]) - left, [low, high] = y.domain;
  return {
    x: (value: number): number => ((place(value) - left) / across) * width,
    y: (value: number): number => ((high - value) / (high - low)) * height,
    fromX: (pixel: number): number => back(left + (pixel / width) * across),
    fromY: (pixel: number): number => high - (pixel / height) * (high - low),
  };
}

export interface EndLabel {
  readonly label: string;
  readonly y: number;
  readonly colour: string;
}

export const colour = { field: 'colour', scale: null } as const;

/** Labels in the right margin, each with a line to the value that it names; `rows` are their pixels. */
export function endLabels(labels: readonly EndLabel[], axes: Axes, frame: Frame): { layers: Layer[]; rows: number[] } {
  const at = scales(axes, frame);
  const rows = spread(labels.map(({ y }) => at.y(y)), frame.fontSize * 1.2, 0, frame.height);
  const letters = Math.floor((frame.right - leader) / textWidth('x', frame.fontSize));
  const values = labels.map((label, i) => ({ ...label, label: shorten(label.label, letters), row: at.fromY(rows[i]!) }));
  const layers = [
    {
      data: { values },
      mark: { type: 'rule', strokeWidth: 0.75 },
      encoding: {
        x: { value: frame.width + 3 }, x2: { value: frame.width + leader - 4 },
        y: { field: 'y' }, y2: { field: 'row' }, color: colour,
      },
    },
    {
      data: { values },
      mark: { type: 'text', align: 'left', baseline: 'middle', dx: leader, fontSize: frame.fontSize },
      encoding: { x: { value: frame.width }, y: { field: 'row' }, text: { field: 'label' }, color: colour },
    },
  ] as Layer[];
  return { layers, rows };
}

/** The numbers 1, 2, 5 × 10ᵏ within a logarithmic axis, thinned to powers of ten where there are many. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const within = (digits: readonly number[]): number[] =>
    Array.from({ length: 16 }, (_, k) => digits.map(digit => digit * 10 ** k)).flat()
      .filter(tick => tick >= low && tick <= high);
  const fine = within([1, 2, 5]);
  return fine.length > 7 ? within([1]) : fine;
}

/** Draws layers over common axes to SVG that takes its colours and its font from the page. */
export async function draw({ x, y }: Axes, frame: Frame, layer: readonly Layer[]): Promise<string> {
  const { width, height, left, right, fontSize } = frame;
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const spec = {
    width,
    height,
    autosize: 'none',
    padding: { left, top, right, bottom },
    background: 'transparent',
    config: {
      aria: false,
      view: { stroke: null },
      axis: {
        labelFontSize: fontSize - 0.5, labelColor: 'var(--muted)', labelPadding: 5,
        titleFontSize: fontSize, titleColor: 'var(--muted)', titleFontWeight: 'normal', titlePadding: 10,
        gridColor: 'var(--rule)', domainColor: 'var(--axis)', tickColor: 'var(--axis)', tickSize: 4,
      },
    },
    encoding: {
      x: {
        type: 'quantitative',
        title: x.title,
        scale: { type: x.log ? 'log' : 'linear', domain: [...x.domain], nice: false },
        axis: { grid: false, labelFlush: false, values: [...x.ticks], format: x.log ? '~s' : 'd' },
      },
      y: {
        type: 'quantitative',
        title: y.title,
        scale: { domain: [...y.domain], nice: false, zero: false },
        axis: { tickCount: 6, domain: false, ticks: false },
      },
    },
    layer: [...layer],
  } as TopLevelSpec;
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
