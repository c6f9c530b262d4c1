// Tabu search over codes s_r of −1, 0, +1 for min sᵀGs / t² + weight (t inverse − 1)² with t = aᵀs and G symmetric: after s_r changes
// by d the energy is E + 2 d (Gs)_r + d² G_rr and t is t + d a_r, so that every change is scored by a few operations once the
// fields Gs are kept. Arrays are padded to four; padding has a diagonal so large that no change of it is ever the best.

/** The header that src/kernels/coherence.ts fills. */
@unmanaged
class Search {
  n: i32;
  /** Bytes of a row of G. */
  row: usize;
  gram: usize;
  a: usize;
  diagonal: usize;
  code: usize;
  field: usize;
  /** The move at which a place may change again. */
  free: usize;
  best: usize;
  /** How many codes are zero: where a state counts as found, and where the search may walk. */
  low: i32;
  high: i32;
  slack: i32;
  zeros: i32;
  /** A place rests for `tenure` moves and up to `spread` − 1 more. */
  tenure: i32;
  spread: u32;
  random: u32;
  weight: f32;
  inverse: f32;
  energy: f64;
  t: f64;
  bestValue: f64;
}

/** xorshift32 (Marsaglia 2003). */
// @ts-ignore: decorator
@inline
function nextRandom(w: Search): u32 {
  let state = w.random;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  w.random = state;
  return state;
}

/** field += d · row r of G. */
// @ts-ignore: decorator
@inline
function addRow(w: Search, r: i32, d: f32): void {
  const by = f32x4.splat(d), end = w.field + w.row;
  for (let to = w.field, row = w.gram + <usize>r * w.row; to < end; to += 16, row += 16)
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(by, v128.load(row))));
}

/** Fields, energy, t and the number of zeros of the codes as they are; forgets the best. */
export function coherenceStart(w: Search): void {
  memory.fill(w.field, 0, w.row);
  memory.fill(w.free, 0, w.row);
  w.zeros = 0;
  for (let r = 0; r < w.n; r++) {
    const code = f32.load(w.code + (<usize>r << 2));
    if (code !== 0) addRow(w, r, code);
    else w.zeros++;
  }
  let energy: f64 = 0, t: f64 = 0;
  for (let at: usize = 0; at < w.row; at += 4) {
    const code = <f64>f32.load(w.code + at);
    energy += code * <f64>f32.load(w.field + at);
    t += code * <f64>f32.load(w.a + at);
  }
  w.energy = energy;
  w.t = t;
  w.bestValue = Infinity;
  keepBest(w);
}

function keepBest(w: Search): void {
  const off = w.t * <f64>w.inverse - 1, value = w.energy / (w.t * w.t) + <f64>w.weight * off * off;
  if (w.zeros < w.low || w.zeros > w.high || !(value < w.bestValue)) return;
  w.bestValue = value;
  memory.copy(w.best, w.code, w.row);
}

/** Best change of those scored so far, in each of four lanes. */
let value: v128 = f32x4.splat(0), place: v128 = value, change: v128 = value;

/** Scores changes of four places by d; those outside `allowed` never win. */
// @ts-ignore: decorator
@inline
function score(w: Search, at: usize, k: v128, limit: v128, d: v128, allowed: v128): void {
  const step = f32x4.add(d, d), square = f32x4.mul(d, d);
  const energy = f32x4.add(f32x4.splat(<f32>w.energy),
    f32x4.add(f32x4.mul(step, v128.load(w.field + at)), f32x4.mul(square, v128.load(w.diagonal + at))));
  const t = f32x4.add(f32x4.splat(<f32>w.t), f32x4.mul(d, v128.load(w.a + at)));
  const off = f32x4.sub(f32x4.mul(t, f32x4.splat(w.inverse)), f32x4.splat(1));
  const own = f32x4.add(f32x4.div(energy, f32x4.mul(t, t)), f32x4.mul(f32x4.splat(w.weight), f32x4.mul(off, off)));
  const rested = i32x4.le_s(v128.load(w.free + at), k), gained = f32x4.lt(own, limit);
  const better = v128.and(v128.and(allowed, v128.or(rested, gained)), f32x4.lt(own, value));
  value = v128.bitselect(own, value, better);
  place = v128.bitselect(i32x4.splat(<i32>at), place, better);
  change = v128.bitselect(d, change, better);
}

/**
 * `moves` moves from the state that `coherenceStart` saw: always the best change of one code that is not tabu, or that is better
 * than all before. With low = high = 0 codes stay signs.
 */
export function coherenceSearch(w: Search, moves: i32): void {
  const zero = f32x4.splat(0), one = f32x4.splat(1), signs = w.high === 0;
  for (let k = 1; k <= moves; k++) {
    const now = i32x4.splat(k), limit = f32x4.splat(<f32>(w.bestValue * (1 - 1e-6)));
    const more = i32x4.splat(w.zeros < w.high + w.slack ? -1 : 0), fewer = i32x4.splat(w.zeros > w.low - w.slack ? -1 : 0);
    value = f32x4.splat(Infinity);
    for (let at: usize = 0; at < w.row; at += 16) {
      const code = v128.load(w.code + at), turned = f32x4.mul(f32x4.splat(-2), code);
      if (signs) {
        score(w, at, now, limit, turned, i32x4.splat(-1));
        continue;
      }
      // A zero becomes −1 or +1; others turn, or become zero.
      const empty = f32x4.eq(code, zero);
      score(w, at, now, limit, v128.bitselect(one, f32x4.neg(code), empty), v128.bitselect(fewer, more, empty));
      score(w, at, now, limit, v128.bitselect(f32x4.neg(one), turned, empty), v128.or(fewer, v128.not(empty)));
    }
    move(w, k);
  }
}

/** Makes the best change of all lanes, the first place's where they are equal. */
function move(w: Search, k: i32): void {
  let least = f32x4.extract_lane(value, 0), at = i32x4.extract_lane(place, 0), d = f32x4.extract_lane(change, 0);
  for (let lane = 1; lane < 4; lane++) {
    value = i8x16.shuffle(value, value, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    place = i8x16.shuffle(place, place, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    change = i8x16.shuffle(change, change, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    const other = f32x4.extract_lane(value, 0);
    if (other < least) { least = other; at = i32x4.extract_lane(place, 0); d = f32x4.extract_lane(change, 0); }
  }
  if (!(least < Infinity)) return;
  const own = w.code + at, r = at >> 2, before = f32.load(own);
  w.energy += 2 * <f64>d * <f64>f32.load(w.field + at) + <f64>(d * d) * <f64>f32.load(w.diagonal + at);
  w.t += <f64>d * <f64>f32.load(w.a + at);
  f32.store(own, before + d);
  w.zeros += i32(before + d === 0) - i32(before === 0);
  addRow(w, r, d);
  i32.store(w.free + at, k + w.tenure + 1 + <i32>(nextRandom(w) % w.spread));
  keepBest(w);
}
