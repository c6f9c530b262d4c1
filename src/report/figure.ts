import { families, type Family } from './groups.js';
import { html, raw, type Html } from './html.js';
import { type Axes, type Frame, frames } from './plot.js';
import { glyph } from './table.js';

/** NMSE in dB above which a point is drawn at the upper edge: there a method is far worse than the zero signal. */
export const ceiling = 6;

/** From a little below the smallest value to a little above the largest, the ceiling at most. */
export function decibelAxis(values: readonly number[]): Axes['y'] {
  const low = Math.min(...values, ceiling), high = Math.min(Math.max(...values), ceiling);
  const space = Math.max(0.5, (high - low) * 0.05);
  return { title: 'NMSE in dB (lower is better)', domain: [low - space, high + space] };
}

/** What a reader who cannot see the plot is told. */
export const describe = (title: string, points: readonly { readonly label: string; readonly text: string }[]): string =>
  `${title}: ${points.map(({ label, text }) => `${label} ${text}`).join('; ')}`;

export interface Figure {
  readonly description: string;
  readonly caption: Html;
  /** The families in it, for the legend, and the labels that its right margin has to hold. */
  readonly shown: readonly Family[];
  readonly labels: readonly string[];
  draw(frame: Frame): Promise<string>;
}

/** Both drawings of a plot, beside its caption and legend. */
export async function figure({ description, caption, shown, labels, draw }: Figure): Promise<Html> {
  const [wide, narrow] = await Promise.all(frames(labels).map(draw));
  const legend = Object.values(families).filter(family => shown.includes(family));
  return html`<figure class="plot">
<div class="drawing" role="img" aria-label="${description}">
<div class="wide">${raw(wide!)}</div>
<div class="narrow">${raw(narrow!)}</div></div>
<figcaption>${caption}<ul class="legend">${legend.map(family => html`<li>${glyph(family)}${family.name}</li>`)}</ul></figcaption>
</figure>`;
}
