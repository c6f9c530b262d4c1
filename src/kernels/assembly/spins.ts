// A walker over the states of a quadratic model in 32-bit integers, where every sum is exact. spin[i] is −1 or +1 and stands for
// x = 0 or 1; field[i] = E(x_i = 1) − E(x_i = 0), so that a flip of i changes the energy by −spin[i]·field[i] and the fields of
// its neighbours by ∓ their coupling. Rows of dense matrices and both arrays are padded to eight: a padding spin has a field that
// no temperature flips.

/** The header that src/kernels/spins.ts fills; `matrix` holds dense rows of 16 or 32 bits, or pairs (byte offset, coupling). */
@unmanaged
export class Walker {
  kind: i32;
  n: i32;
  matrix: usize;
  /** Sparse: n + 1 addresses, where each row begins and the last ends. Dense: bytes of a row. */
  rows: usize;
  field: usize;
  spin: usize;
  best: usize;
  flips: u32;
  energy: f64;
  bestEnergy: f64;
  random: u64;
  // From byte 64 on: the states of four more streams of random numbers, and four levels.
}

export const sparse: i32 = 0;
export const dense16: i32 = 1;

/** xorshift64* (Vigna 2016), its upper half. */
// @ts-ignore: decorator
@inline
export function nextRandom(w: Walker): u32 {
  let state = w.random;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  w.random = state;
  return <u32>((state * 2685821657736338717) >> 32);
}

// @ts-ignore: decorator
@inline
function addSparse(field: usize, at: usize, end: usize, minus: bool): void {
  if (minus) for (; at < end; at += 8) {
    const to = field + <usize>i32.load(at);
    i32.store(to, i32.load(to) - i32.load(at, 4));
  } else for (; at < end; at += 8) {
    const to = field + <usize>i32.load(at);
    i32.store(to, i32.load(to) + i32.load(at, 4));
  }
}

// @ts-ignore: decorator
@inline
function addRow16(field: usize, row: usize, end: usize, minus: bool): void {
  if (minus) for (; field < end; field += 32, row += 16) {
    v128.store(field, i32x4.sub(v128.load(field), v128.load_ext<i16>(row)));
    v128.store(field, i32x4.sub(v128.load(field, 16), v128.load_ext<i16>(row, 8)), 16);
  } else for (; field < end; field += 32, row += 16) {
    v128.store(field, i32x4.add(v128.load(field), v128.load_ext<i16>(row)));
    v128.store(field, i32x4.add(v128.load(field, 16), v128.load_ext<i16>(row, 8)), 16);
  }
}

// @ts-ignore: decorator
@inline
function addRow32(field: usize, row: usize, end: usize, minus: bool): void {
  if (minus) for (; field < end; field += 32, row += 32) {
    v128.store(field, i32x4.sub(v128.load(field), v128.load(row)));
    v128.store(field, i32x4.sub(v128.load(field, 16), v128.load(row, 16)), 16);
  } else for (; field < end; field += 32, row += 32) {
    v128.store(field, i32x4.add(v128.load(field), v128.load(row)));
    v128.store(field, i32x4.add(v128.load(field, 16), v128.load(row, 16)), 16);
  }
}

/** field += or −= the row of i. */
// @ts-ignore: decorator
@inline
export function addRow(w: Walker, i: i32, minus: bool): void {
  if (w.kind == sparse) {
    const row = w.rows + (<usize>i << 2);
    addSparse(w.field, i32.load(row), i32.load(row, 4), minus);
  } else {
    const row = w.matrix + <usize>i * w.rows, end = w.field + (<usize>((w.n + 7) & ~7) << 2);
    if (w.kind == dense16) addRow16(w.field, row, end, minus);
    else addRow32(w.field, row, end, minus);
  }
}

/** Flips spin i: 2·degree or n/4 operations. */
// @ts-ignore: decorator
@inline
export function flip(w: Walker, i: i32): void {
  const at = <usize>i << 2, spin = i32.load(w.spin + at);
  w.energy -= <f64>(spin * i32.load(w.field + at));
  i32.store(w.spin + at, -spin);
  addRow(w, i, spin > 0);
}

/** Keeps the state where it is the best so far. */
// @ts-ignore: decorator
@inline
export function keepBest(w: Walker): void {
  if (w.energy >= w.bestEnergy) return;
  w.bestEnergy = w.energy;
  memory.copy(w.best, w.spin, <usize>w.n << 2);
}

/** Fields of the state in `spin`, given those of all x = 0. */
export function spinFields(w: Walker): void {
  for (let i = 0; i < w.n; i++) if (i32.load(w.spin + (<usize>i << 2)) > 0) addRow(w, i, false);
}

/** What flips of the four spins at byte `at` gain. */
// @ts-ignore: decorator
@inline
function gains(w: Walker, at: usize): v128 {
  return i32x4.mul(v128.load(w.spin + at), v128.load(w.field + at));
}

/** The first spin of those whose flip gains most; −1 where none gains. */
function steepest(w: Walker): i32 {
  const end = <usize>w.n << 2;
  let most = i32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) most = i32x4.max_s(most, gains(w, at));
  most = i32x4.max_s(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const gain = max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1));
  if (gain == 0) return -1;
  const wanted = i32x4.splat(gain);
  let at: usize = 0, met = 0;
  while ((met = i32x4.bitmask(i32x4.eq(gains(w, at), wanted))) == 0) at += 16;
  return <i32>(at >> 2) + ctz(met);
}

/** Steepest descent of at most `flips` flips; whether it ended, which is where no flip gains. */
export function descend(w: Walker, flips: i32): bool {
  let chosen = steepest(w);
  for (; chosen >= 0 && flips > 0; flips--) {
    flip(w, chosen);
    w.flips++;
    chosen = steepest(w);
  }
  keepBest(w);
  return chosen < 0;
}

/** Flips what gains, in order; whether any did. */
export function descendOnce(w: Walker): bool {
  const end = <usize>w.n << 2, none = i32x4.splat(0);
  let any = false;
  for (let at: usize = 0; at < end; at += 16) {
    if (!v128.any_true(i32x4.gt_s(gains(w, at), none))) continue;
    for (let k = at; k < at + 16; k += 4)
      if (i32.load(w.spin + k) * i32.load(w.field + k) > 0) {
        flip(w, <i32>(k >> 2));
        any = true;
      }
  }
  return any;
}

/** First-improvement descent of at most `sweeps` sweeps: quicker than the steepest where spins are many. */
export function settle(w: Walker, sweeps: i32): void {
  while (sweeps-- > 0 && descendOnce(w)) {}
  keepBest(w);
}
