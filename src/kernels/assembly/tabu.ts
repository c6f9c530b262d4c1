import { dense16, flip, keepBest, nextRandom, sparse, Walker } from './spins';

// Tabu search (Glover 1989): every move flips the spin that lowers the energy most or raises it least, and holds that spin for a
// while; after many moves without a new low come some flips that are almost random. The score of a spin is what its flip gains. One
// pass over the arrays adds the row of the spin just flipped and finds the next one; it begins anywhere, for the sake of equal scores.

/** The header that src/kernels/tabu.ts fills. */
@unmanaged
export class Tabu {
  /** Of each spin: the move after which it is free again. */
  until: usize;
  move: i32;
  /** A flipped spin is held for tenure … tenure + spread − 1 moves. */
  tenure: i32;
  spread: i32;
  /** After so many moves without a new low, a shake of leastShake … leastShake + shakeSpread − 1 moves. */
  patience: i32;
  leastShake: i32;
  shakeSpread: i32;
  /** Moves left of the shake under way. */
  shake: i32;
  /** The move that reached `lowest`, the least energy since the last shake. */
  lowestAt: i32;
  lowest: f64;
  /** What the last pass found: the free spin of the highest score, and the highest score of all spins. */
  free: i32;
  highest: i32;
}

const unread: i32 = 3, belowAll: i32 = -0x40000000;

// What a pass has found so far, four spins wide: the highest score, the highest of free spins and the step that met it.
let highest: v128 = i32x4.splat(0);
let highestFree: v128 = i32x4.splat(0);
let metAt: v128 = i32x4.splat(0);
let step: v128 = i32x4.splat(0);

// @ts-ignore: decorator
@inline
function addFour(field: usize, row: usize, kind: i32, minus: bool): v128 {
  let sum = v128.load(field);
  if (kind == unread) return sum;
  const change = kind == dense16 ? v128.load_ext<i16>(row) : v128.load(row);
  sum = minus ? i32x4.sub(sum, change) : i32x4.add(sum, change);
  v128.store(field, sum);
  return sum;
}

/** Spins from byte `at` to before `end` of the arrays, eight a step. */
// @ts-ignore: decorator
@inline
function stretch(w: Walker, t: Tabu, row: usize, at: usize, end: usize, kind: i32, minus: bool): void {
  const now = i32x4.splat(t.move), largest = i32x4.splat(0x7fffffff), one = i32x4.splat(1), shift = usize(kind == dense16);
  let any = highest, free = highestFree, met = metAt, count = step;
  const fields = w.field, spins = w.spin, untils = t.until;
  for (; at < end; at += 32) {
    const field = fields + at, spin = spins + at, until = untils + at, from = row + (at >> shift);
    const a = i32x4.mul(v128.load(spin), addFour(field, from, kind, minus));
    const b = i32x4.mul(v128.load(spin, 16), addFour(field + 16, from + (16 >> shift), kind, minus));
    any = i32x4.max_s(any, i32x4.max_s(a, b));
    const freeA = i32x4.min_s(a, v128.xor(i32x4.gt_s(v128.load(until), now), largest));
    const freeB = i32x4.min_s(b, v128.xor(i32x4.gt_s(v128.load(until, 16), now), largest));
    const here = i32x4.max_s(freeA, freeB);
    met = i32x4.max_s(met, v128.and(i32x4.gt_s(here, free), count));
    free = i32x4.max_s(free, here);
    count = i32x4.add(count, one);
  }
  highest = any;
  highestFree = free;
  metAt = met;
  step = count;
}

// @ts-ignore: decorator
@inline
function highestLane(v: v128): i32 {
  const pairs = i32x4.max_s(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return max(i32x4.extract_lane(pairs, 0), i32x4.extract_lane(pairs, 1));
}

// @ts-ignore: decorator
@inline
function laneOf(v: v128, lane: i32): i32 {
  if (lane < 2) return lane == 0 ? i32x4.extract_lane(v, 0) : i32x4.extract_lane(v, 1);
  return lane == 2 ? i32x4.extract_lane(v, 2) : i32x4.extract_lane(v, 3);
}

// @ts-ignore: decorator
@inline
function score(w: Walker, i: i32): i32 {
  const at = <usize>i << 2;
  return i32.load(w.spin + at) * i32.load(w.field + at);
}

// @ts-ignore: decorator
@inline
function widthOf(w: Walker): i32 {
  return (w.n + 7) & ~7;
}

/** `length` spins from `first` on, multiples of eight both; spin 0 comes after the last. Where all are held the first one is found. */
// @ts-ignore: decorator
@inline
function pass(w: Walker, t: Tabu, first: i32, length: i32, row: usize, kind: i32, minus: bool): void {
  const width = widthOf(w), end = first + length;
  highest = highestFree = i32x4.splat(belowAll);
  metAt = i32x4.splat(0);
  step = i32x4.splat(1);
  stretch(w, t, row, <usize>first << 2, <usize>min(end, width) << 2, kind, minus);
  if (end > width) stretch(w, t, row, 0, <usize>(end - width) << 2, kind, minus);
  t.highest = highestLane(highest);
  const top = highestLane(highestFree), lane = ctz(i32x4.bitmask(i32x4.eq(highestFree, i32x4.splat(top))));
  const met = laneOf(metAt, lane), block = first + (max(met - 1, 0) << 3);
  let i = (block < width ? block : block - width) + (met == 0 ? 0 : lane);
  if (met > 0 && (score(w, i) != top || i32.load(t.until + (<usize>i << 2)) > t.move)) i += 4;
  t.free = i;
}

// @ts-ignore: decorator
@inline
function look(w: Walker, t: Tabu, first: i32, length: i32): void {
  pass(w, t, first, length, 0, unread, false);
}

// @ts-ignore: decorator
@inline
function randomBelow(w: Walker, bound: i32): i32 {
  return <i32>((<u64>nextRandom(w) * <u64>bound) >> 32);
}

/** A multiple of eight below n. */
// @ts-ignore: decorator
@inline
function anywhere(w: Walker): i32 {
  return randomBelow(w, widthOf(w) >> 3) << 3;
}

// @ts-ignore: decorator
@inline
function hold(t: Tabu, i: i32, moves: i32): void {
  i32.store(t.until + (<usize>i << 2), t.move + moves);
}

/** Flips i and finds the next spin: n/8 steps, and the degree of i where couplings are sparse. */
// @ts-ignore: decorator
@inline
function flipAndLook(w: Walker, t: Tabu, i: i32): void {
  const first = anywhere(w), width = widthOf(w);
  if (w.kind == sparse) {
    flip(w, i);
    look(w, t, first, width);
    return;
  }
  const at = <usize>i << 2, spin = i32.load(w.spin + at), row = w.matrix + <usize>i * w.rows;
  w.energy -= <f64>(spin * i32.load(w.field + at));
  i32.store(w.spin + at, -spin);
  if (w.kind == dense16) {
    if (spin > 0) pass(w, t, first, width, row, dense16, true);
    else pass(w, t, first, width, row, dense16, false);
  } else if (spin > 0) pass(w, t, first, width, row, 2, true);
  else pass(w, t, first, width, row, 2, false);
}

/** A move of a shake: the best of a fifth of the spins, anywhere, none twice. */
function shakeOnce(w: Walker, t: Tabu): void {
  const width = widthOf(w);
  look(w, t, anywhere(w), max(8, (width / 5) & ~7));
  hold(t, t.free, t.shake + t.tenure);
  flip(w, t.free);
  keepBest(w);
  if (--t.shake > 0) return;
  t.lowest = w.energy;
  t.lowestAt = t.move;
  look(w, t, 0, width);
}

/** The spin whose flip gains most, held or free. */
function highestSpin(w: Walker, t: Tabu): i32 {
  let i = 0;
  while (score(w, i) != t.highest) i++;
  return i;
}

/** `moves` moves; how a search is cut into calls has no part in what it does. */
export function tabu(w: Walker, t: Tabu, moves: i32): void {
  if (w.n == 0) return;
  if (t.move == 0) look(w, t, 0, widthOf(w));
  while (moves-- > 0) {
    t.move++;
    w.flips++;
    if (t.shake == 0 && t.move - t.lowestAt > t.patience) t.shake = t.leastShake + randomBelow(w, t.shakeSpread);
    if (t.shake > 0) {
      shakeOnce(w, t);
      continue;
    }
    // A spin that leads to a new best is free at once, so that a new best is followed down to a local minimum.
    const i = w.energy - <f64>t.highest < w.bestEnergy ? highestSpin(w, t) : t.free;
    hold(t, i, t.tenure + randomBelow(w, t.spread));
    flipAndLook(w, t, i);
    if (w.energy < t.lowest) {
      t.lowest = w.energy;
      t.lowestAt = t.move;
    }
    if (t.highest <= 0) keepBest(w);
  }
  keepBest(w);
}
