import type { Certificates } from '../tasks/rows.js';
import { html, nothing, type Html } from './html.js';
import { format, significant } from './numbers.js';

type Recovery = NonNullable<Certificates['recovery']>;

/** What a recovery certificate says, or that it says nothing. */
function recoveryWords(recovery: Recovery | null): string {
  if (!recovery) return 'The recovery theorems T1 and T2 do not speak of this network.';
  const { theorem, delta, mu, rho, sparsity, vacuous, certifiedSparsity } = recovery;
  const where = theorem === 'T2' ? ' in each block' : '';
  const numbers = `δ = ${significant(delta)}, μ = ${significant(mu)}, ρ = ${significant(rho)}`.replaceAll(' = ', '\u00a0=\u00a0');
  if (!vacuous)
    return `${theorem} holds (${numbers}): signals without noise and with at most ${sparsity} nonzeros${where} are recovered, ` +
      'and under the theorem’s thresholds every layer shrinks the ℓ1 error at least by the factor ρ.';
  return `${theorem} is vacuous at the task’s ${sparsity} nonzeros${where} (${numbers}, and ρ would have to be below 1): ` +
    `it guarantees nothing there. The sparsity that it certifies: ${certifiedSparsity || 'none'}.`;
}

function generalizationWords({ generalization: { signs, samples, gap, vacuous, confidence } }: Certificates): string {
  const counted = `${format(signs, 0)} signs, ${format(samples, 0)} training signals`;
  return vacuous
    ? `T3 is vacuous: its bound on the gap between training and new signals is ${format(gap, 2)} (${counted}), ` +
      'and the loss min(NMSE, 1) never exceeds 1.'
    : `T3: with probability ${format(100 * confidence, 0)} % the mean loss min(NMSE, 1) on new signals exceeds that on the ` +
      `training signals by at most ${format(gap, 2)} (${counted}).`;
}

/** The last seed's certificate of every method. */
export function lastOfEach(certificates: readonly Certificates[]): Certificates[] {
  return [...new Map(certificates.map(certificate => [certificate.method, certificate])).values()];
}

/** The certificates in plain words. */
export function certificateWords(certificates: readonly Certificates[]): Html {
  if (!certificates.length) return nothing;
  const words = certificates.map(certificate => html`<dt>${certificate.method}</dt>
<dd>${recoveryWords(certificate.recovery)}</dd>
<dd>${generalizationWords(certificate)}</dd>
`);
  const seeds = new Set(certificates.map(({ seed }) => seed));
  return html`<h3>What can be certified</h3>
<p>Computed from the learnt signs${seeds.size === 1 ? ` of seed ${[...seeds][0]!}` : ''}.</p>
<dl class="certificates">
${words}</dl>`;
}
