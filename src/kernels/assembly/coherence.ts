// Simulated annealing over codes s_r of −1, 0, +1 for min sᵀGs / t² + pᵀs / t + b (t / c − 1)² with t = aᵀs and G symmetric: after s_r
// changes by d, sᵀGs grows by d (2 (Gs)_r + d G_rr), t by d a_r and pᵀs by d p_r, so that a change costs a few operations to judge once the
// fields Gs are kept. Rows of G and all arrays are padded to four with zeros.
import { exponential } from './anneal';

/** The header that src/kernels/coherence.ts fills. */
@unmanaged
class Search {
  n: i32;
  /** Bytes of a row of G. */
  row: usize;
  gram: usize;
  diagonal: usize;
  a: usize;
  pull: usize;
  code: usize;
  field: usize;
  best: usize;
  /** How many codes are zero: in a state that counts, and between which numbers the search walks. */
  budget: i32;
  fewest: i32;
  most: i32;
  random: u64;
  zeros: i32;
  energy: f64;
  t: f64;
  pulled: f64;
  value: f64;
  bestValue: f64;
  balance: f64;
  /** 1 / c. */
  inverse: f64;
}

// @ts-ignore: decorator
@inline
function valueOf(w: Search, energy: f64, t: f64, pulled: f64): f64 {
  const off = t * w.inverse - 1;
  return energy / (t * t) + pulled / t + w.balance * off * off;
}

/** xorshift64* (Vigna 2016), its upper half. */
// @ts-ignore: decorator
@inline
function nextRandom(w: Search): u32 {
  let state = w.random;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  w.random = state;
  return <u32>((state * 2685821657736338717) >> 32);
}

/** field += d · row r of G. */
// @ts-ignore: decorator
@inline
function addRow(w: Search, r: i32, d: f32): void {
  const by = f32x4.splat(d), end = w.field + w.row;
  for (let to = w.field, row = w.gram + <usize>r * w.row; to < end; to += 16, row += 16)
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(by, v128.load(row))));
}

/** Fields and sums of the codes as they are, which are the best so far. */
export function coherenceStart(w: Search): void {
  memory.fill(w.field, 0, w.row);
  for (let r = 0; r < w.n; r++) addRow(w, r, f32.load(w.code + (<usize>r << 2)));
  let energy: f64 = 0, t: f64 = 0, pulled: f64 = 0;
  for (let at: usize = 0; at < w.row; at += 4) {
    const code = <f64>f32.load(w.code + at);
    energy += code * <f64>f32.load(w.field + at);
    t += code * <f64>f32.load(w.a + at);
    pulled += code * <f64>f32.load(w.pull + at);
  }
  w.energy = energy;
  w.t = t;
  w.pulled = pulled;
  w.zeros = w.budget;
  w.value = w.bestValue = valueOf(w, energy, t, pulled);
  memory.copy(w.best, w.code, w.row);
}

/** A sweep at each of `count` temperatures, one change of each code judged by Metropolis' rule. */
export function coherenceAnneal(w: Search, temperatures: usize, count: i32): void {
  for (const end = temperatures + (<usize>count << 2); temperatures < end; temperatures += 4) {
    const temperature = f32.load(temperatures), limit = <f64>(22.19 * temperature);
    for (let r = 0; r < w.n; r++) {
      const at = <usize>r << 2, code = f32.load(w.code + at);
      let d: f32 = -2 * code;
      if (w.budget > 0) {
        // Zeros become −1 or +1; others turn, or become zero.
        const first = (nextRandom(w) & 1) !== 0;
        if (code === 0) {
          if (w.zeros <= w.fewest) continue;
          d = first ? -1 : 1;
        } else if (first) {
          if (w.zeros >= w.most) continue;
          d = -code;
        }
      }
      const energy = w.energy + <f64>d * <f64>(2 * f32.load(w.field + at) + d * f32.load(w.diagonal + at));
      const t = w.t + <f64>d * <f64>f32.load(w.a + at), pulled = w.pulled + <f64>d * <f64>f32.load(w.pull + at);
      const value = valueOf(w, energy, t, pulled), gain = value - w.value;
      // Above the limit no random number of 32 bits takes a gain; a value that is not a number is not taken either.
      if (!(gain <= 0) && (!(gain < limit) || gain > <f64>(temperature * exponential(nextRandom(w))))) continue;
      w.energy = energy;
      w.t = t;
      w.pulled = pulled;
      w.value = value;
      w.zeros += i32(code + d === 0) - i32(code === 0);
      f32.store(w.code + at, code + d);
      addRow(w, r, d);
      if (value >= w.bestValue || w.zeros !== w.budget) continue;
      w.bestValue = value;
      memory.copy(w.best, w.code, w.row);
    }
  }
}
