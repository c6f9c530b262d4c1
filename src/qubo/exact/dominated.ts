import { eachNeighbour, type QuadraticModel, type Sample } from '../model.js';
import { addExactly, signOf } from './exact-sum.js';

const termsPerYield = 2 ** 16;

/**
 * Fixes variables of which one value is as good as the other or better whatever the free ones do, until there are none: `fixed` holds
 * bits, for spins too, and −1 where free. Signs are those of exact sums, whatever the scales. Yields now and then.
 */
export function* fixDominated(model: QuadraticModel, fixed: Sample): Generator<void> {
  const { n, linear } = model, low = model.vartype === 'spin' ? -1 : 0, waiting = new Uint8Array(n).fill(1);
  let terms = 0;

  /** The least and the largest of what the energy gains where variable i goes from its low value to its high one. */
  function gains(i: number, visit: (least: number, most: number) => void): void {
    visit(linear[i]!, linear[i]!);
    eachNeighbour(model, i, (j, value) => {
      if (fixed[j]! >= 0) visit(value * (fixed[j] ? 1 : low), value * (fixed[j] ? 1 : low));
      else visit(Math.min(value, value * low), Math.max(value, value * low));
    });
  }

  function better(i: number): number {
    let least = 0, most = 0, size = 0, count = 0;
    gains(i, (a, b) => { least += a; most += b; size += Math.max(Math.abs(a), Math.abs(b)); count++; });
    terms += count;
    const doubt = 2 ** -52 * count * size;
    if (least > doubt) return 0;
    if (most < -doubt) return 1;
    if (least < -doubt && most > doubt) return -1;
    const leasts: number[] = [], mosts: number[] = [];
    gains(i, (a, b) => { addExactly(leasts, a); addExactly(mosts, b); });
    return signOf(leasts) >= 0 ? 0 : signOf(mosts) <= 0 ? 1 : -1;
  }

  for (let more = true; more;) {
    more = false;
    for (let i = 0; i < n; i++) {
      if (!waiting[i] || fixed[i]! >= 0) continue;
      waiting[i] = 0;
      fixed[i] = better(i);
      if (fixed[i]! >= 0) eachNeighbour(model, i, j => { if (fixed[j]! < 0) { waiting[j] = 1; more = true; } });
      if (terms >= termsPerYield) { terms = 0; yield; }
    }
  }
}
