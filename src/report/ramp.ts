import { html, raw, type Html } from './html.js';

const stops = 17;
/** Rust. */
const hue = (42 * Math.PI) / 180;

/** OKLCH to gamma-encoded sRGB in 0…1, clamped (Ottosson 2020). */
function srgb(lightness: number, chroma: number): number[] {
  const a = chroma * Math.cos(hue), b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map(value => {
    const linear = Math.min(Math.max(value, 0), 1);
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  });
}

/** A filter that colours a grey picture along a single hue, in equal steps of lightness between `from` and `to`. */
function filter(id: string, from: number, to: number): Html {
  const colours = Array.from({ length: stops }, (_, i) => {
    const t = i / (stops - 1);
    return srgb(from + (to - from) * t, 0.13 * Math.sin(Math.PI * Math.min(t, 0.95)) ** 0.8);
  });
  const channels = ['R', 'G', 'B'].map((name, c) =>
    html`<feFunc${raw(name)} type="table" tableValues="${colours.map(colour => colour[c]!.toFixed(3)).join(' ')}"/>
`);
  return html`<filter id="${id}" color-interpolation-filters="sRGB"><feComponentTransfer>
${channels}</feComponentTransfer></filter>
`;
}

/** Error maps are grey pictures; these filters colour them from the page's ground on, light or dark. */
export const rampFilters = html`<svg width="0" height="0" class="filters" aria-hidden="true">
${filter('ramp-light', 0.99, 0.3)}${filter('ramp-dark', 0.19, 0.96)}</svg>
`;
