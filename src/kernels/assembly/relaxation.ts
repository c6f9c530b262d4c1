// The relaxation of spins to unit vectors: minimise Σ C_ij v_i·v_j, C symmetric with a zero diagonal. Coordinate descent sets
// v_i = −g_i / |g_i| with g_i = Σ_j C_ij v_j (the mixing method: Wang, Chang & Kolter 2017), in f32, because any weights |g_i| give a
// bound, if C + diag(weights) + shift is positive definite; that is decided in f64.

/** The header that src/kernels/relaxation.ts fills. */
@unmanaged
export class Relaxation {
  n: i32;
  /** Numbers of a vector, a multiple of 16. */
  width: i32;
  /** Numbers of a row of the matrices, a multiple of 4. */
  row: i32;
  /** C in f64, the same in f32, vectors in f32, weights in f64, a triangular factor in f64. */
  matrix: usize;
  single: usize;
  vectors: usize;
  weights: usize;
  factor: usize;
  /** Room for one vector. */
  gradient: usize;
  /** v_i·v_j in f32. */
  products: usize;
  /** Cuts, (i, j, l, signs) in 10, 10, 10 and 2 bits; their weights before and as they are, in f64. */
  cuts: usize;
  before: usize;
  now: usize;
}

/** Σ_j C_ij v_j into `gradient`; its squared length. */
// @ts-ignore: decorator
@inline
function gradientOf(r: Relaxation, i: i32): f32 {
  const bytes = <usize>r.width << 2, from = r.single + (<usize>(i * r.row) << 2), end = from + (<usize>r.n << 2);
  let squares = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 64) {
    let a = f32x4.splat(0), b = a, c = a, d = a, vector = r.vectors + at;
    for (let entry = from; entry < end; entry += 4, vector += bytes) {
      const coefficient = v128.load32_splat(entry);
      a = f32x4.add(a, f32x4.mul(coefficient, v128.load(vector)));
      b = f32x4.add(b, f32x4.mul(coefficient, v128.load(vector, 16)));
      c = f32x4.add(c, f32x4.mul(coefficient, v128.load(vector, 32)));
      d = f32x4.add(d, f32x4.mul(coefficient, v128.load(vector, 48)));
    }
    const to = r.gradient + at;
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    squares = f32x4.add(squares, f32x4.add(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)), f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d))));
  }
  return f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 1) + f32x4.extract_lane(squares, 2) + f32x4.extract_lane(squares, 3);
}

/** A step for every vector; the sum of the weights. */
export function relaxationSweep(r: Relaxation): f64 {
  let sum: f64 = 0;
  const bytes = <usize>r.width << 2;
  for (let i = 0; i < r.n; i++) {
    const length = Mathf.sqrt(gradientOf(r, i)), vector = r.vectors + <usize>i * bytes;
    f64.store(r.weights + (<usize>i << 3), length);
    sum += length;
    if (length < f32.MIN_NORMAL_VALUE) continue;
    const factor = f32x4.splat(-1 / length);
    for (let at: usize = 0; at < bytes; at += 16) v128.store(vector + at, f32x4.mul(factor, v128.load(r.gradient + at)));
  }
  return sum;
}

/** Σ x_k y_k over `bytes` bytes of each. */
// @ts-ignore: decorator
@inline
function dotOf(x: usize, y: usize, bytes: usize): f64 {
  const eights = bytes & ~63;
  let a = f64x2.splat(0), b = a, c = a, d = a, at: usize = 0;
  for (; at < eights; at += 64) {
    a = f64x2.add(a, f64x2.mul(v128.load(x + at), v128.load(y + at)));
    b = f64x2.add(b, f64x2.mul(v128.load(x + at, 16), v128.load(y + at, 16)));
    c = f64x2.add(c, f64x2.mul(v128.load(x + at, 32), v128.load(y + at, 32)));
    d = f64x2.add(d, f64x2.mul(v128.load(x + at, 48), v128.load(y + at, 48)));
  }
  const sums = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; at < bytes; at += 8) sum += f64.load(x + at) * f64.load(y + at);
  return sum;
}

/** Whether C + diag(weights) + shift is positive definite: whether it has a Cholesky factor, here with inverse diagonal. */
export function relaxationHolds(r: Relaxation, shift: f64): bool {
  const bytes = <usize>r.row << 3;
  for (let i = 0; i < r.n; i++) {
    const own = r.factor + <usize>i * bytes, from = r.matrix + <usize>i * bytes;
    let rest = f64.load(r.weights + (<usize>i << 3)) + shift, other = r.factor;
    for (let j = 0; j < i; j++, other += bytes) {
      const last = <usize>j << 3, dot = dotOf(own, other, last);
      const entry = (f64.load(from + last) - dot) * f64.load(other + last);
      f64.store(own + last, entry);
      rest -= entry * entry;
    }
    if (!(rest > 0)) return false;
    f64.store(own + (<usize>i << 3), 1 / Math.sqrt(rest));
  }
  return true;
}

/** All products of vectors. */
export function relaxationProducts(r: Relaxation): void {
  const bytes = <usize>r.width << 2, row = <usize>r.row << 2;
  for (let i = 0; i < r.n; i++) {
    const own = r.vectors + <usize>i * bytes;
    let other = r.vectors;
    for (let j = 0; j <= i; j++, other += bytes) {
      let a = f32x4.splat(0), b = a, c = a, d = a;
      for (let at: usize = 0; at < bytes; at += 64) {
        a = f32x4.add(a, f32x4.mul(v128.load(own + at), v128.load(other + at)));
        b = f32x4.add(b, f32x4.mul(v128.load(own + at, 16), v128.load(other + at, 16)));
        c = f32x4.add(c, f32x4.mul(v128.load(own + at, 32), v128.load(other + at, 32)));
        d = f32x4.add(d, f32x4.mul(v128.load(own + at, 48), v128.load(other + at, 48)));
      }
      const sums = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
      const product = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
      f32.store(r.products + <usize>i * row + (<usize>j << 2), product);
      f32.store(r.products + <usize>j * row + (<usize>i << 2), product);
    }
  }
}

/**
 * Triangle inequalities ±X_ij ± X_il ± X_jl ≥ −1, an even number of minus signs, i < j < l, that the products X break by more than
 * `least`: how much and (i, j, l, signs) in 10, 10, 10 and 2 bits, up to `most` of them. Signs 0: none minus, 1: the first stays plus,
 * 2: the second, 3: the third. Returns how many there are, most + 1 where they are more: then it stops at once.
 */
export function relaxationTriangles(r: Relaxation, least: f32, broken: usize, triangles: usize, most: i32): i32 {
  const row = <usize>r.row << 2, limit = f32x4.splat(-1 - least);
  let count = 0;
  for (let i = 0; i < r.n; i++) for (let j = i + 1; j < r.n; j++) {
    const first = r.products + <usize>i * row, second = r.products + <usize>j * row, x = f32.load(first + (<usize>j << 2)), a = f32x4.splat(x);
    for (let l = (j + 1) & ~3; l < r.n; l += 4) {
      const b = v128.load(first + (<usize>l << 2)), c = v128.load(second + (<usize>l << 2)), sum = f32x4.add(b, c), rest = f32x4.sub(b, c);
      const low = f32x4.pmin(f32x4.sub(a, f32x4.abs(sum)), f32x4.sub(f32x4.neg(a), f32x4.abs(rest)));
      if (!v128.any_true(f32x4.lt(low, limit))) continue;
      for (let one = max(l, j + 1); one < min(l + 4, r.n); one++) {
        const y = f32.load(first + (<usize>one << 2)), z = f32.load(second + (<usize>one << 2));
        const plus = x - Mathf.abs(y + z), minus = -x - Mathf.abs(y - z);
        const by: f32 = -Mathf.min(plus, minus) - 1;
        if (by <= least) continue;
        if (count === most) return most + 1;
        const signs = plus < minus ? (y + z < 0 ? 0 : 1) : (y < z ? 2 : 3);
        f32.store(broken + (<usize>count << 2), by);
        i32.store(triangles + (<usize>count << 2), (i << 22) | (j << 12) | (one << 2) | signs);
        count++;
      }
    }
  }
  return count;
}

/** C_ij and C_ji less `change`. */
// @ts-ignore: decorator
@inline
function lessen(r: Relaxation, i: i32, j: i32, change: f64): void {
  const there = <usize>(i * r.row + j), back = <usize>(j * r.row + i), value = f64.load(r.matrix + (there << 3)) - change;
  f64.store(r.matrix + (there << 3), value);
  f64.store(r.matrix + (back << 3), value);
  f32.store(r.single + (there << 2), <f32>value);
  f32.store(r.single + (back << 2), <f32>value);
}

/**
 * Gives each of `count` cuts the weight before + rate · (what its inequality is broken by), 0 at least, and takes what that changes of
 * weight · (left side) from C. Returns the sum of all weights.
 */
export function relaxationWeigh(r: Relaxation, count: i32, rate: f64): f64 {
  let sum: f64 = 0;
  for (let t: usize = 0; t < <usize>count; t++) {
    const cut = <u32>i32.load(r.cuts + (t << 2)), i = <i32>(cut >> 22), j = <i32>((cut >> 12) & 1023), l = <i32>((cut >> 2) & 1023), signs = cut & 3;
    const first = r.products + (<usize>(i * r.row) << 2), second = r.products + (<usize>(j * r.row) << 2);
    const ij: f64 = signs < 2 ? 1 : -1, il: f64 = signs & 1 ? -1 : 1, jl: f64 = ij * il;
    const left = ij * f32.load(first + (<usize>j << 2)) + il * f32.load(first + (<usize>l << 2)) + jl * f32.load(second + (<usize>l << 2));
    const weight = Math.max(0, f64.load(r.before + (t << 3)) - rate * (1 + left)), half = 0.5 * (weight - f64.load(r.now + (t << 3)));
    sum += weight;
    if (half === 0) continue;
    f64.store(r.now + (t << 3), weight);
    lessen(r, i, j, ij * half);
    lessen(r, i, l, il * half);
    lessen(r, j, l, jl * half);
  }
  return sum;
}
