// All states of a quadratic function of bits, in f64. The six lowest bits are gone through together: 64 energies from their six
// fields and a table of what they have among themselves. The others follow a Gray code (Gray 1953), one flip for the next 64.

/** The header that src/kernels/enumerate.ts fills. */
@unmanaged
export class Enumeration {
  /** Couplings of bit i at `matrix + i · row`, none with itself. */
  matrix: usize;
  row: usize;
  /** E(x_i = 1) − E(x_i = 0) where the six lowest bits are 0. */
  field: usize;
  /** Couplings of the six lowest bits, summed, for their 64 states. */
  table: usize;
  /** Flips done, which tell the state: the Gray code of that number. */
  done: u32;
  /** Flips before the least energy. */
  least: u32;
  /** Where the six lowest bits are 0. */
  energy: f64;
  minimum: f64;
}

/** The least energy of 64 states, 16 at a time. */
// @ts-ignore: decorator
@inline
function leastOf64(field: usize, table: usize): f64 {
  const none = f64x2.replace_lane(f64x2.splat(0), 1, f64.load(field)), f1 = v128.load64_splat(field, 8);
  const f2 = v128.load64_splat(field, 16), f3 = v128.load64_splat(field, 24), f4 = v128.load64_splat(field, 32), f5 = v128.load64_splat(field, 40);
  let least = f64x2.splat(Infinity);
  let start = none;
  for (let part = 0; part < 4; part++, table += 128) {
    const a = start, b = f64x2.add(a, f1), c = f64x2.add(a, f2), d = f64x2.add(b, f2);
    const low = f64x2.pmin(
      f64x2.pmin(f64x2.add(a, v128.load(table)), f64x2.add(b, v128.load(table, 16))),
      f64x2.pmin(f64x2.add(c, v128.load(table, 32)), f64x2.add(d, v128.load(table, 48))));
    const high = f64x2.pmin(
      f64x2.pmin(f64x2.add(f64x2.add(a, f3), v128.load(table, 64)), f64x2.add(f64x2.add(b, f3), v128.load(table, 80))),
      f64x2.pmin(f64x2.add(f64x2.add(c, f3), v128.load(table, 96)), f64x2.add(f64x2.add(d, f3), v128.load(table, 112))));
    least = f64x2.pmin(least, f64x2.pmin(low, high));
    start = f64x2.add(part == 1 ? none : start, part == 1 ? f5 : f4);
  }
  return min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
}

// @ts-ignore: decorator
@inline
function keepLeast(e: Enumeration): void {
  const energy = e.energy + leastOf64(e.field, e.table);
  if (energy >= e.minimum) return;
  e.minimum = energy;
  e.least = e.done;
}

/** `flips` flips on; before the first come the 64 states without any. */
export function enumerate(e: Enumeration, flips: u32): void {
  if (e.done == 0) keepLeast(e);
  const field = e.field, row = e.row;
  for (const end = e.done + flips; e.done < end;) {
    e.done++;
    const bit = ctz(e.done) + 6, set = ((e.done ^ (e.done >> 1)) >> (bit - 6)) & 1, from = e.matrix + <usize>bit * row;
    const own = f64.load(field + (<usize>bit << 3));
    if (set) {
      e.energy += own;
      for (let at: usize = 0; at < row; at += 16) v128.store(field + at, f64x2.add(v128.load(field + at), v128.load(from + at)));
    } else {
      e.energy -= own;
      for (let at: usize = 0; at < row; at += 16) v128.store(field + at, f64x2.sub(v128.load(field + at), v128.load(from + at)));
    }
    keepLeast(e);
  }
}
