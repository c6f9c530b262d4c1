/** out = b − tau ∇ᵀ(u, v) within lo…hi; u and v come after a row of w zeros, v is 0 in the last column, u in the last row. */
function primal(b: usize, tau: f32, u: usize, v: usize, out: usize, size: i32, w: i32, lo: f32, hi: f32): void {
  const by = f32x4.splat(tau), low = f32x4.splat(lo), high = f32x4.splat(hi), row = <usize>w << 2;
  const whole = <usize>(size & ~3) << 2, end = <usize>size << 2;
  let o: usize = 0;
  for (; o < whole; o += 16) {
    const du = f32x4.sub(v128.load(u + o + row), v128.load(u + o)), dv = f32x4.sub(v128.load(v + o + row), v128.load(v + o + row - 4));
    const x = f32x4.add(v128.load(b + o), f32x4.mul(by, f32x4.add(du, dv)));
    v128.store(out + o, f32x4.max(f32x4.min(x, high), low));
  }
  for (; o < end; o += 4) {
    const du = f32.load(u + o + row) - f32.load(u + o), dv = f32.load(v + o + row) - f32.load(v + o + row - 4);
    f32.store(out + o, max<f32>(min<f32>(f32.load(b + o) + tau * (du + dv), hi), lo));
  }
}

/** Stores the new p or q and the point r or s that momentum carries on from it. */
// @ts-ignore: decorator
@inline
function carry(p: usize, r: usize, now: v128, momentum: v128): void {
  const before = v128.load(p);
  v128.store(p, now);
  v128.store(r, f32x4.add(now, f32x4.mul(momentum, f32x4.sub(now, before))));
}

/** The dual step at one pixel; a step of 0 stands for a difference across the image's end, whose variable is 0. */
function dualOne(x: usize, row: usize, p: usize, q: usize, r: usize, s: usize, down: f32, right: f32, momentum: f32, anisotropic: bool): void {
  let u: f32 = 0, v: f32 = 0;
  if (down !== 0) u = f32.load(r) + down * (f32.load(x + row) - f32.load(x));
  if (right !== 0) v = f32.load(s) + right * (f32.load(x + 4) - f32.load(x));
  if (anisotropic) {
    u = max<f32>(min<f32>(u, 1), -1);
    v = max<f32>(min<f32>(v, 1), -1);
  } else {
    const length = sqrt<f32>(max<f32>(u * u + v * v, 1));
    u /= length;
    v /= length;
  }
  const uBefore = f32.load(p), vBefore = f32.load(q);
  f32.store(p, u);
  f32.store(q, v);
  f32.store(r, u + momentum * (u - uBefore));
  f32.store(s, v + momentum * (v - vBefore));
}

/** The dual step: (p, q) = the projection of (r, s) + eta ∇x onto unit vectors, and (r, s) beyond it by the momentum. */
function dual(x: usize, p: usize, q: usize, r: usize, s: usize, h: i32, w: i32, eta: f32, momentum: f32, anisotropic: bool): void {
  const step = f32x4.splat(eta), beyond = f32x4.splat(momentum), one = f32x4.splat(1), least = f32x4.splat(-1);
  const row = <usize>w << 2, whole = <usize>((w - 1) & ~3) << 2;
  for (let i = 0; i < h; i++, x += row, p += row, q += row, r += row, s += row) {
    const isLast = i === h - 1;
    let o: usize = 0;
    if (!isLast) for (; o < whole; o += 16) {
      const here = v128.load(x + o);
      let u = f32x4.add(v128.load(r + o), f32x4.mul(step, f32x4.sub(v128.load(x + o + row), here)));
      let v = f32x4.add(v128.load(s + o), f32x4.mul(step, f32x4.sub(v128.load(x + o + 4), here)));
      if (anisotropic) {
        u = f32x4.max(f32x4.min(u, one), least);
        v = f32x4.max(f32x4.min(v, one), least);
      } else {
        const length = f32x4.sqrt(f32x4.max(f32x4.add(f32x4.mul(u, u), f32x4.mul(v, v)), one));
        u = f32x4.div(u, length);
        v = f32x4.div(v, length);
      }
      carry(p + o, r + o, u, beyond);
      carry(q + o, s + o, v, beyond);
    }
    for (; o < row; o += 4)
      dualOne(x + o, row, p + o, q + o, r + o, s + o, isLast ? 0 : eta, o === row - 4 ? 0 : eta, momentum, anisotropic);
  }
}

/**
 * Fast gradient projection on the dual of the prox of tau TV at b (Beck & Teboulle 2009, algorithm FGP): `iterations` steps from the
 * dual variables p, q, each [1 + h, w] with a first row of zeros, as are the points r, s; `out` is the prox.
 */
export function totalVariation(
  b: usize, tau: f32, p: usize, q: usize, r: usize, s: usize, out: usize, h: i32, w: i32,
  iterations: i32, anisotropic: bool, lo: f32, hi: f32,
): void {
  const size = h * w, row = <usize>w << 2, all = row + (<usize>size << 2), eta: f32 = 1 / (<f32>8 * tau);
  memory.copy(r, p, all);
  memory.copy(s, q, all);
  let t: f64 = 1;
  for (let k = 0; k < iterations; k++) {
    primal(b, tau, r, s, out, size, w, lo, hi);
    const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    dual(out, p + row, q + row, r + row, s + row, h, w, eta, <f32>((t - 1) / next), anisotropic);
    t = next;
  }
  primal(b, tau, p, q, out, size, w, lo, hi);
}
