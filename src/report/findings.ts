import { families, type Group, meanOf, weightBytes } from './groups.js';
import { html, nothing, type Html } from './html.js';
import { format, formatMean, isNumber, type Measured } from './numbers.js';
import type { Row } from '../tasks/rows.js';

/** What methods are ranked by: PSNR for images, NMSE for everything else. */
interface Measure {
  readonly name: string;
  readonly sign: 1 | -1;
  of(row: Row): Measured;
}

const psnr: Measure = { name: 'a PSNR', sign: -1, of: row => row.psnrDb };
const nmse: Measure = { name: 'an NMSE', sign: 1, of: row => row.nmseDb };

/** The best mean of the groups of some families. */
function best(groups: readonly Group[], measure: Measure, ...chosen: readonly Group['family'][]): Group | undefined {
  const scored = groups.filter(({ family }) => chosen.includes(family)).flatMap(group => {
    const value = meanOf(group, measure.of);
    return isNumber(value) ? [{ group, value: measure.sign * value }] : [];
  });
  return scored.sort((a, b) => a.value - b.value)[0]?.group;
}

/** One sentence: the best one-bit network beside the best float network and the best method without weights. */
export function findings(groups: readonly Group[]): Html {
  const measure = groups.some(({ rows }) => rows.some(({ ssim }) => typeof ssim === 'number')) ? psnr : nmse;
  const oneBit = best(groups, measure, families.trained, families.rounded, families.searched);
  if (!oneBit) return nothing;
  const float = best(groups, measure, families.float), classical = best(groups, measure, families.classical);
  const value = ({ rows }: Group): Html => {
    const words = [...formatMean(rows.map(measure.of), mean => format(mean, 2)), 'dB'].filter(Boolean).join(' ');
    return html`<b>${words.replaceAll(' ', '\u00a0')}</b>`;
  };
  const weights = (group: Group): string => `${format(meanOf(group, weightBytes), 0)} bytes of weights`;
  const others = [
    ...(float ? [html`; ${float.label} reaches ${value(float)} with ${weights(float)}`] : []),
    ...(classical ? [html`; ${classical.label} reaches ${value(classical)} without weights`] : []),
  ];
  return html`<p class="findings">The best one-bit network, <b>${oneBit.label}</b>, reaches ${measure.name} of ${value(oneBit)}
with ${weights(oneBit)}${others}.</p>`;
}
