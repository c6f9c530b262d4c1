// The DCT-II of n numbers in each of four lanes, and its transpose. Rows of a DCT are even or odd, so sums and differences of places that
// mirror each other take half of the products; 8 places, the usual window, take 22 products of 64.

/** ½ cos(kπ/16), √⅛ for 0 and 4. */
const c0: f32 = 0.3535533905932738, c1: f32 = 0.4903926402016152, c2: f32 = 0.46193976625564337, c3: f32 = 0.4157348061512726,
  c5: f32 = 0.2777851165098011, c6: f32 = 0.1913417161825449, c7: f32 = 0.09754516100806412;

// @ts-ignore: decorator
@inline
function times(v: v128, by: f32): v128 {
  return f32x4.mul(v, f32x4.splat(by));
}

/** a p + b q + c r + d s. */
// @ts-ignore: decorator
@inline
function four(a: v128, p: f32, b: v128, q: f32, c: v128, r: f32, d: v128, s: f32): v128 {
  return f32x4.add(f32x4.add(times(a, p), times(b, q)), f32x4.add(times(c, r), times(d, s)));
}

function analyseEight(from: usize, step: usize, to: usize, toStep: usize): void {
  const u0 = v128.load(from), u1 = v128.load(from + step), u2 = v128.load(from + 2 * step), u3 = v128.load(from + 3 * step);
  const u4 = v128.load(from + 4 * step), u5 = v128.load(from + 5 * step), u6 = v128.load(from + 6 * step), u7 = v128.load(from + 7 * step);
  const s0 = f32x4.add(u0, u7), s1 = f32x4.add(u1, u6), s2 = f32x4.add(u2, u5), s3 = f32x4.add(u3, u4);
  const a = f32x4.add(s0, s3), b = f32x4.add(s1, s2), c = f32x4.sub(s0, s3), d = f32x4.sub(s1, s2);
  v128.store(to, times(f32x4.add(a, b), c0));
  v128.store(to + 4 * toStep, times(f32x4.sub(a, b), c0));
  v128.store(to + 2 * toStep, f32x4.add(times(c, c2), times(d, c6)));
  v128.store(to + 6 * toStep, f32x4.sub(times(c, c6), times(d, c2)));
  const d0 = f32x4.sub(u0, u7), d1 = f32x4.sub(u1, u6), d2 = f32x4.sub(u2, u5), d3 = f32x4.sub(u3, u4);
  v128.store(to + toStep, four(d0, c1, d1, c3, d2, c5, d3, c7));
  v128.store(to + 3 * toStep, four(d0, c3, d1, -c7, d2, -c1, d3, -c5));
  v128.store(to + 5 * toStep, four(d0, c5, d1, -c1, d2, c7, d3, c3));
  v128.store(to + 7 * toStep, four(d0, c7, d1, -c5, d2, c3, d3, -c1));
}

/** Two places that mirror each other: in the place of what is there, or added to it. */
// @ts-ignore: decorator
@inline
function pair(a: usize, b: usize, even: v128, odd: v128, add: bool): void {
  let p = f32x4.add(even, odd), q = f32x4.sub(even, odd);
  if (add) {
    p = f32x4.add(v128.load(a), p);
    q = f32x4.add(v128.load(b), q);
  }
  v128.store(a, p);
  v128.store(b, q);
}

function synthesiseEight(z: usize, zStep: usize, to: usize, step: usize, add: bool): void {
  const z0 = v128.load(z), z1 = v128.load(z + zStep), z2 = v128.load(z + 2 * zStep), z3 = v128.load(z + 3 * zStep);
  const z4 = v128.load(z + 4 * zStep), z5 = v128.load(z + 5 * zStep), z6 = v128.load(z + 6 * zStep), z7 = v128.load(z + 7 * zStep);
  const a = times(f32x4.add(z0, z4), c0), b = times(f32x4.sub(z0, z4), c0);
  const c = f32x4.add(times(z2, c2), times(z6, c6)), d = f32x4.sub(times(z2, c6), times(z6, c2));
  pair(to, to + 7 * step, f32x4.add(a, c), four(z1, c1, z3, c3, z5, c5, z7, c7), add);
  pair(to + step, to + 6 * step, f32x4.add(b, d), four(z1, c3, z3, -c7, z5, -c1, z7, -c5), add);
  pair(to + 2 * step, to + 5 * step, f32x4.sub(b, d), four(z1, c5, z3, -c1, z5, c7, z7, c3), add);
  pair(to + 3 * step, to + 4 * step, f32x4.sub(a, c), four(z1, c7, z3, -c5, z5, c3, z7, -c1), add);
}

/** The n coefficients of numbers `step` bytes apart, left `toStep` bytes apart; `axis` is the DCT's matrix, `folded` room for n. */
export function analyse(axis: usize, n: i32, from: usize, step: usize, folded: usize, to: usize, toStep: usize): void {
  if (n === 8) return analyseEight(from, step, to, toStep);
  let a = from, b = from + <usize>(n - 1) * step, even = folded, odd = folded + (<usize>(n - 1) << 4);
  for (let i = n >> 1; i > 0; i--, a += step, b -= step, even += 16, odd -= 16) {
    const p = v128.load(a), q = v128.load(b);
    v128.store(even, f32x4.add(p, q));
    v128.store(odd, f32x4.sub(p, q));
  }
  if (n & 1) v128.store(even, v128.load(a));
  for (let l = 0; l < n; l++, to += toStep) {
    const isOdd = (l & 1) !== 0, s: usize = isOdd ? -16 : 16;
    let row = axis + (<usize>(l * n) << 2), at = isOdd ? folded + (<usize>(n - 1) << 4) : folded, sum = f32x4.splat(0);
    for (let i = isOdd ? n >> 1 : (n + 1) >> 1; i > 0; i--, row += 4, at += s) sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(row), v128.load(at)));
    v128.store(to, sum);
  }
}

/** The numbers that coefficients give, `step` bytes apart, or added to those that are there. */
export function synthesise(axis: usize, n: i32, z: usize, zStep: usize, to: usize, step: usize, add: bool): void {
  if (n === 8) return synthesiseEight(z, zStep, to, step, add);
  const row = <usize>n << 2, last = n & ~1;
  for (let i = 0; i < (n + 1) >> 1; i++) {
    let even = f32x4.splat(0), odd = even, c = axis + (<usize>i << 2), at = z;
    for (let l = 0; l < last; l += 2, at += zStep << 1, c += row << 1) {
      even = f32x4.add(even, f32x4.mul(v128.load32_splat(c), v128.load(at)));
      odd = f32x4.add(odd, f32x4.mul(v128.load32_splat(c + row), v128.load(at + zStep)));
    }
    if (n & 1) even = f32x4.add(even, f32x4.mul(v128.load32_splat(c), v128.load(at)));
    const a = to + <usize>i * step, b = to + <usize>(n - 1 - i) * step;
    if (a !== b) pair(a, b, even, odd, add);
    else v128.store(a, add ? f32x4.add(v128.load(a), even) : even);
  }
}
