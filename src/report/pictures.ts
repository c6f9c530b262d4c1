import { encode } from 'fast-png';
import { flat, tensor } from '../core/array.js';
import type { Tensor } from '../types.js';
import { html, nothing, type Html } from './html.js';
import { format, isNumber } from './numbers.js';
import { rampFilters } from './ramp.js';
import type { PictureRow, SignsPicture } from './types.js';

/** A PNG of bytes with 1 (grey) or 2 (grey, alpha) channels as a data address. */
function dataAddress(data: Uint8Array, width: number, height: number, channels: 1 | 2): string {
  const png = encode({ width, height, data, depth: 8, channels });
  let text = '';
  for (let at = 0; at < png.length; at += 4096) text += String.fromCharCode(...png.subarray(at, at + 4096));
  return `data:image/png;base64,${btoa(text)}`;
}

function sizeOfPicture(who: string, { shape }: Tensor): [height: number, width: number] {
  if (shape.length !== 2) throw new RangeError(`${who}: expected a picture [h,w], got [${shape.join(',')}]`);
  return [shape[0]!, shape[1]!];
}

/** A picture of `scale` times its values, clamped to 0…1, in so many steps of grey; NaN is black. */
function grey(who: string, picture: Tensor, scale: number, steps = 255): string {
  const [height, width] = sizeOfPicture(who, picture), size = 255 / steps;
  const data = Uint8Array.from(flat(picture), value => size * Math.round(steps * Math.min(Math.max(value * scale, 0), 1)) || 0);
  return dataAddress(data, width, height, 1);
}

/** Signs as pixels: black −1, white +1, grey between, transparent off the mask. */
function signsFigure({ method, matrix, picture }: SignsPicture, side: number): Html {
  const [height, width] = sizeOfPicture(`signs of ${method}`, picture), values = flat(picture);
  const data = new Uint8Array(2 * values.length), count = { negative: 0, zero: 0, positive: 0, averaged: 0, off: 0 };
  for (const [i, value] of values.entries()) {
    const kind = Number.isNaN(value) ? 'off' : ['negative', 'zero', 'positive'][value + 1] ?? 'averaged';
    count[kind as keyof typeof count]++;
    data[2 * i] = Math.round(127.5 + 127.5 * value) || 0;
    data[2 * i + 1] = kind === 'off' ? 0 : 255;
  }
  const words = count.averaged
    ? 'shrunk: a pixel is the mean of several weights'
    : (['positive', 'negative', 'zero'] as const).filter(kind => kind !== 'zero' || count.zero)
      .map(kind => `${format(count[kind], 0)} ${kind}`).join(', ');
  const zoom = Math.max(1, Math.min(24, Math.floor(side / Math.max(height, width))));
  const style = `width:${width * zoom}px;${height === 1 ? 'height:28px' : `aspect-ratio:${width}/${height}`}`;
  return html`<figure class="signs"><img class="pixels" style="${style}" width="${width}" height="${height}"
src="${dataAddress(data, width, height, 2)}"
alt="Signs of ${matrix}, ${method}: ${height} × ${width} pixels, ${words}">
<figcaption><b>${method}</b> <span>${matrix}: ${words}</span></figcaption></figure>
`;
}

/** So many pictures are shown without a click; of more, the first of each method is. */
const openly = 8;

/** The signs of every matrix as a picture, and what black, white, grey and hatched mean. */
export function signsSection(signs: readonly SignsPicture[]): Html {
  if (!signs.length) return nothing;
  const first = signs.filter(({ method }, i) => signs.findIndex(other => other.method === method) === i);
  const few = signs.length > openly ? first : signs, rest = signs.filter(picture => !few.includes(picture));
  const flow = (some: readonly SignsPicture[], side: number): Html => html`<div class="flow">
${some.map(picture => signsFigure(picture, side))}</div>`;
  const more = html`<details><summary>The other ${rest.length} matrices</summary>
${flow(rest, 200)}</details>`;
  const legend = [['white', '+1'], ['black', '−1'], ['grey', '0, or a mean of several'], ['hatched', 'off the mask: no weight']];
  return html`<p>Matrices as they stand; convolutions as tiles of taps, one for each pair of channels, output channels downwards
(with a single channel on one side: row by row);
Fourier filters as the plane of frequencies around zero.</p>
<ul class="legend">${legend.map(([kind, words]) => html`<li><i class="swatch ${kind!}"></i>${words!}</li>`)}</ul>
${flow(few, rest.length ? 300 : 420)}
${rest.length ? more : nothing}`;
}

/** Steps of grey in an error map: as many as are told apart, and a third of the bytes of 255. */
const errorSteps = 15;
const gains = [1, 2, 3, 4, 5, 8, 10, 15, 20, 25, 30, 40, 50, 80, 100];

/** |x̂ − x| / peak of every panel of a row. Throws a RangeError naming the panel that is not of the truth's shape. */
function errorMaps({ name, truth, panels, peak }: PictureRow): Tensor[] {
  const x = flat(truth), [height, width] = sizeOfPicture(name, truth);
  return panels.map(({ label, image, deviation }) => {
    for (const picture of [image, ...(deviation ? [deviation] : [])]) {
      const [h, w] = sizeOfPicture(`${name}, ${label}`, picture);
      if (h !== height || w !== width)
        throw new RangeError(`${name}, ${label}: expected a picture [${height},${width}], got [${h},${w}]`);
    }
    return tensor(flat(image).map((value, i) => Math.abs(value - x[i]!) / peak), [height, width]);
  });
}

/** The largest round gain at which the median panel shows 99 % of its pixels unclipped. */
function commonGain(maps: readonly Tensor[]): number {
  const high = maps.map(({ data }) => {
    const sorted = data.filter(isNumber).sort();
    return sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
  });
  const median = high.sort((a, b) => a - b)[high.length >> 1] ?? 0;
  return gains.findLast(gain => gain * median <= 1) ?? 1;
}

/** The error that is drawn in full colour. */
const fullColour = (gain: number): string => `${format(100 / gain, Number.isInteger(100 / gain) ? 0 : 1)} % of peak`;

function pictureRow({ name, truth, panels, peak }: PictureRow, maps: readonly Tensor[], gain: number): Html {
  const [height, width] = sizeOfPicture(name, truth), size = html`width="${width}" height="${height}"`;
  const cells = panels.map(({ label, image, psnrDb, ssim, deviation }, i) => {
    const scores = [
      ...(psnrDb === undefined ? [] : [`${format(psnrDb, 2)} dB`]),
      ...(ssim === undefined ? [] : [`SSIM ${format(ssim, 3)}`]),
    ];
    const spread = deviation ? html`<img class="error" ${size} src="${grey(label, deviation, gain / peak, errorSteps)}"
alt="Standard deviation of ${label} on ${name}, ${gain} times">
` : nothing;
    return html`<figure><img ${size} src="${grey(label, image, 1 / peak)}" alt="${[name, label, ...scores].join(', ')}">
<figcaption><b>${label}</b>${scores.map(score => html`<span>${score}</span> `)}</figcaption>
<img class="error" ${size} src="${grey(label, maps[i]!, gain, errorSteps)}" alt="Error of ${label} on ${name}, ${gain} times">
${spread}</figure>
`;
  });
  return html`<h3>${name}</h3>
<div class="panels${width > 128 ? '' : ' small'}${panels.some(({ deviation }) => deviation) ? ' deviations' : ''}">
<figure><img ${size} src="${grey(name, truth, 1 / peak)}" alt="${name}, truth">
<figcaption><b>truth</b></figcaption>
<div class="ramp"><i class="bar"></i><span>0</span><span>≥ ${fullColour(gain)}</span></div></figure>
${cells}</div>`;
}

/** Every picture with its reconstructions, and under each the error at one gain for all. */
export function picturesSection(pictures: readonly PictureRow[]): Html {
  if (!pictures.length) return nothing;
  const maps = pictures.map(errorMaps), gain = commonGain(maps.flat());
  const some = pictures.some(({ panels }) => panels.some(({ deviation }) => deviation));
  const deviations = some ? ' Below the error of means of drawn networks is the standard deviation that they tell, as strong.' : '';
  return html`${rampFilters}<p>Below each reconstruction is its error |x̂ − x|, everywhere ${gain} times as strong as the
pictures: full colour is ${fullColour(gain)} value or more.${deviations}</p>
${pictures.map((row, i) => pictureRow(row, maps[i]!, gain))}`;
}
