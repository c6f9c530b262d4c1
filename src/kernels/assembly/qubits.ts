// State vectors of qubits: 2ⁿ amplitudes as pairs of f64 (re, im). A gate on the bit of weight `stride` joins amplitudes that lie
// `stride` apart; `control` is the weight of a bit that must be 1, or 0 for none. Matrices are m00 m01 m10 m11, complex, row-major.

// @ts-ignore: decorator
@inline
function swapped(v: v128): v128 {
  return v128.shuffle<u64>(v, v, 1, 0);
}

/** One complex factor, ready to multiply with: its real part twice, and (−im, im). */
// @ts-ignore: decorator
@inline
function real(m: usize): v128 {
  return v128.load64_splat(m);
}
// @ts-ignore: decorator
@inline
function imaginary(m: usize): v128 {
  return f64x2.mul(v128.load64_splat(m + 8), f64x2(-1, 1));
}

// @ts-ignore: decorator
@inline
function product(re: v128, im: v128, v: v128): v128 {
  return f64x2.add(f64x2.mul(re, v), f64x2.mul(im, swapped(v)));
}

/** Index k with a 0 put in at the bit of weight `stride`. */
// @ts-ignore: decorator
@inline
function spread(k: i32, stride: i32): i32 {
  return ((k & -stride) << 1) | (k & (stride - 1));
}

/** Offset of the k-th pair in bytes: every bit but the qubit's, and but the control's, which is 1. */
// @ts-ignore: decorator
@inline
function pair(k: i32, stride: i32, control: i32): usize {
  if (!control) return <usize>spread(k, stride) << 4;
  return <usize>(spread(spread(k, min(stride, control)), max(stride, control)) | control) << 4;
}

/** How many pairs follow each other in memory. */
// @ts-ignore: decorator
@inline
function runOf(stride: i32, control: i32): i32 {
  return control ? min(stride, control) : stride;
}

/** A 2 × 2 matrix on one qubit, in place. */
export function rotate(state: usize, count: i32, stride: i32, control: i32, m: usize): void {
  const pairs = count >> (control ? 2 : 1), step = <usize>stride << 4, ar = real(m), ai = imaginary(m), br = real(m + 16), bi = imaginary(m + 16);
  const cr = real(m + 32), ci = imaginary(m + 32), dr = real(m + 48), di = imaginary(m + 48), run = runOf(stride, control);
  for (let k = 0; k < pairs; k += run) {
    let at = state + pair(k, stride, control);
    for (const end = at + (<usize>run << 4); at < end; at += 16) {
      const u = v128.load(at), v = v128.load(at + step);
      v128.store(at, f64x2.add(product(ar, ai, u), product(br, bi, v)));
      v128.store(at + step, f64x2.add(product(cr, ci, u), product(dr, di, v)));
    }
  }
}

/** Swaps the pairs of one qubit where the control is 1: CNOT, or X without one. */
export function exchange(state: usize, count: i32, stride: i32, control: i32): void {
  const pairs = count >> (control ? 2 : 1), step = <usize>stride << 4;
  for (let k = 0; k < pairs; k++) {
    const at = state + pair(k, stride, control), u = v128.load(at);
    v128.store(at, v128.load(at + step));
    v128.store(at + step, u);
  }
}

/** Negates the amplitudes whose bits of `mask` are all 1: CZ. */
export function negate(state: usize, count: i32, mask: i32): void {
  for (let k = 0; k < count; k++) if ((k & mask) == mask) {
    const at = state + (<usize>k << 4);
    v128.store(at, f64x2.neg(v128.load(at)));
  }
}

/**
 * sums_ab = Σ ψ_a conj(λ_b) over the pairs (a, b the qubit's bit), then the matrix on both vectors. Eight f64: a b = 00 01 10 11.
 * The sums hold the derivative with respect to every rotation of this qubit that the matrix undoes.
 */
export function unrotate(psi: usize, lambda: usize, count: i32, stride: i32, control: i32, m: usize, sums: usize): void {
  const pairs = count >> (control ? 2 : 1), step = <usize>stride << 4;
  const ar = real(m), ai = imaginary(m), br = real(m + 16), bi = imaginary(m + 16);
  const cr = real(m + 32), ci = imaginary(m + 32), dr = real(m + 48), di = imaginary(m + 48);
  const run = runOf(stride, control);
  let r00 = f64x2.splat(0), r01 = r00, r10 = r00, r11 = r00, i00 = r00, i01 = r00, i10 = r00, i11 = r00;
  for (let k = 0; k < pairs; k += run) {
    const offset = pair(k, stride, control);
    let at = psi + offset, to = lambda + offset;
    for (const end = at + (<usize>run << 4); at < end; at += 16, to += 16) {
      const u = v128.load(at), v = v128.load(at + step), x = v128.load(to), y = v128.load(to + step);
      const xr = v128.shuffle<u64>(x, x, 0, 0), xi = v128.shuffle<u64>(x, x, 1, 1);
      const yr = v128.shuffle<u64>(y, y, 0, 0), yi = v128.shuffle<u64>(y, y, 1, 1);
      r00 = f64x2.add(r00, f64x2.mul(u, xr));
      i00 = f64x2.add(i00, f64x2.mul(u, xi));
      r01 = f64x2.add(r01, f64x2.mul(u, yr));
      i01 = f64x2.add(i01, f64x2.mul(u, yi));
      r10 = f64x2.add(r10, f64x2.mul(v, xr));
      i10 = f64x2.add(i10, f64x2.mul(v, xi));
      r11 = f64x2.add(r11, f64x2.mul(v, yr));
      i11 = f64x2.add(i11, f64x2.mul(v, yi));
      v128.store(at, f64x2.add(product(ar, ai, u), product(br, bi, v)));
      v128.store(at + step, f64x2.add(product(cr, ci, u), product(dr, di, v)));
      v128.store(to, f64x2.add(product(ar, ai, x), product(br, bi, y)));
      v128.store(to + step, f64x2.add(product(cr, ci, x), product(dr, di, y)));
    }
  }
  // ψ conj(λ) = ψ re − i ψ im, and −i (p, q) = (q, −p).
  const turn = f64x2(1, -1);
  v128.store(sums, f64x2.add(r00, f64x2.mul(turn, swapped(i00))));
  v128.store(sums, f64x2.add(r01, f64x2.mul(turn, swapped(i01))), 16);
  v128.store(sums, f64x2.add(r10, f64x2.mul(turn, swapped(i10))), 32);
  v128.store(sums, f64x2.add(r11, f64x2.mul(turn, swapped(i11))), 48);
}

/** p = |ψ|². */
export function probabilities(state: usize, count: i32, p: usize): void {
  for (let k = 0; k < count; k++, state += 16, p += 8) {
    const a = f64.load(state), b = f64.load(state, 8);
    f64.store(p, a * a + b * b);
  }
}

/** λ = v ψ for real v. */
export function weigh(state: usize, count: i32, v: usize, to: usize): void {
  for (let k = 0; k < count; k++, state += 16, v += 8, to += 16) v128.store(to, f64x2.mul(v128.load64_splat(v), v128.load(state)));
}
