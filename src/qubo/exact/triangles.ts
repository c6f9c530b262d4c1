import { mostCuts, type Relaxation } from '../../kernels/index.js';

/** Triangle inequalities with a weight of 0 or more each, packed as the kernels do. Of spins, or of the places of free ones. */
export interface Cuts {
  readonly triangles: Uint32Array;
  readonly weights: Float64Array;
}

export const noCuts: Cuts = { triangles: new Uint32Array(0), weights: new Float64Array(0) };

/** Signs of X_ij, X_il and X_jl. */
const signsOf = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]] as const;

/** Of corners in any order, with the signs of their pairs. */
function pack(corners: readonly number[], signs: readonly number[]): number {
  const [a, b, c] = corners as [number, number, number], [ab, ac, bc] = signs as [number, number, number];
  if (a > b) return pack([b, a, c], [ab, bc, ac]);
  if (b > c) return pack([a, c, b], [ac, ab, bc]);
  return ((a << 22) | (b << 12) | (c << 2) | (ab > 0 ? (ac > 0 ? 0 : 1) : ac > 0 ? 2 : 3)) >>> 0;
}

const corners = (triangle: number): [number, number, number] => [triangle >>> 22, (triangle >>> 12) & 1023, (triangle >>> 2) & 1023];

/**
 * The cuts of a problem with more free spins: fixed spins stand for spin 0 or its opposite. `places` and `spins` are of all spins, spins
 * 0 where free. Cuts with two corners in one place leave.
 */
export function placed({ triangles, weights }: Cuts, places: ArrayLike<number>, spins: ArrayLike<number>): Cuts {
  const sums = new Map<number, number>();
  triangles.forEach((triangle, t) => {
    const ends = corners(triangle), at = ends.map(i => places[i]!), turn = ends.map(i => spins[i]! || 1), [ab, ac, bc] = signsOf[triangle & 3]!;
    if (weights[t] === 0 || at[0] === at[1] || at[0] === at[2] || at[1] === at[2]) return;
    const key = pack(at, [ab * turn[0]! * turn[1]!, ac * turn[0]! * turn[2]!, bc * turn[1]! * turn[2]!]);
    sums.set(key, (sums.get(key) ?? 0) + weights[t]!);
  });
  return { triangles: Uint32Array.from(sums.keys()), weights: Float64Array.from(sums.values()) };
}

/** Back from places to spins. */
export const unplaced = ({ triangles, weights }: Cuts, free: readonly number[]): Cuts => ({
  triangles: triangles.map(triangle => pack(corners(triangle).map(a => free[a]!), signsOf[triangle & 3]!)), weights,
});

const passes = 4, sweepsPerPass = 5, leastBroken = 0.02, nearlyTight = 0.05;
/** By three vectors in a plane, 120° apart. */
const mostBroken = 0.5;

/**
 * The bound of a relaxation with cuts: Σ weights · (±X_ij ± X_il ± X_jl + 1) ≥ 0 for spins, so that all of it can be taken from the
 * energy. The weights rise with what the vectors break (a method of multipliers).
 */
export interface CutBound {
  /** Puts these cuts into the relaxation as it is now. */
  begin(cuts: Cuts): void;
  /** New cuts, twenty sweeps while weights change at this rate, and away with cuts that are loose; n vectors. */
  round(n: number, rate: number): Generator<void>;
  /** A sweep; the bound before its shift. */
  sweep(): number;
  /** Takes the cuts from C again, which `setRow` has just written, so that few roundings are in it; the bound of the last sweep. */
  renew(): number;
  /**
   * What rounding may add to the bound of the last sweep less n · shift, of n vectors, `size` Σ |C_ij|. Where a Cholesky factor was
   * found in f64, n + 8 units of the trace for each vector (Rump 2006).
   */
  slack(n: number, shift: number, size: number): number;
  /** Of the last sweep. */
  meanWeight(n: number): number;
  cuts(): Cuts;
}

/** Of the problems that the relaxation is given, one after the other; what is broken enough to be a cut is learnt on the way. */
export function cutBound(relaxation: Relaxation): CutBound {
  const { row, cuts: { triangles, before, now } } = relaxation;
  let count = 0, sum = 0, weight = 0, least = leastBroken;

  /** The most broken inequalities that are not there yet, three for every vector at most. Each search looks at up to n³ / 6 triangles. */
  function* grow(n: number): Generator<void> {
    let found = relaxation.triangles(least);
    yield;
    while (!found.all) {
      least += (mostBroken - least) / 4;
      found = relaxation.triangles(least);
      yield;
    }
    if (found.triangles.length < 12 * n) least = Math.max(leastBroken, least - (mostBroken - least) / 3);
    const have = new Set(triangles.subarray(0, count)), order = Array.from(found.broken.keys());
    order.sort((a, b) => found.broken[b]! - found.broken[a]!);
    for (let k = 0, added = 0; k < order.length && added < 3 * n && count < mostCuts; k++) {
      const triangle = found.triangles[order[k]!]!;
      if (have.has(triangle)) continue;
      triangles[count] = triangle;
      before[count] = now[count] = 0;
      count++;
      added++;
    }
  }

  function shrink(X: Float32Array): void {
    let kept = 0;
    for (let t = 0; t < count; t++) {
      const [i, j, l] = corners(triangles[t]!), [ij, il, jl] = signsOf[triangles[t]! & 3]!;
      if (now[t] === 0 && ij * X[i * row + j]! + il * X[i * row + l]! + jl * X[j * row + l]! + 1 > nearlyTight) continue;
      triangles[kept] = triangles[t]!;
      before[kept] = now[kept] = now[t]!;
      kept++;
    }
    count = kept;
  }

  return {
    begin(cuts) {
      count = cuts.triangles.length;
      triangles.set(cuts.triangles);
      before.set(cuts.weights);
      now.fill(0, 0, count);
      sum = relaxation.weigh(count, 0);
    },
    * round(n, rate) {
      relaxation.products();
      yield;
      yield* grow(n);
      for (let pass = 0; pass < passes; pass++) {
        for (let k = 0; k < sweepsPerPass; k++) {
          sum = relaxation.weigh(count, rate);
          relaxation.sweep();
          relaxation.products();
          yield;
        }
        before.set(now.subarray(0, count));
      }
      shrink(relaxation.products());
    },
    sweep() {
      weight = -relaxation.sweep();
      return -weight - sum;
    },
    renew() {
      before.set(now.subarray(0, count));
      now.fill(0, 0, count);
      sum = relaxation.weigh(count, 0);
      return -weight - sum;
    },
    slack: (n, shift, size) => 2 ** -52 * (n * (n + 9) * (weight + n * shift) + 4 * n * (size + 3 * sum) + count * sum),
    meanWeight: n => weight / n,
    cuts: () => ({ triangles: triangles.slice(0, count), weights: now.slice(0, count) }),
  };
}
