// 3×3 convolution with zero padding 1 on planes that were copied into a frame of zeros: (height + 2) rows of `stride` numbers,
// stride = width rounded up to 4, plus 4. A vector holds 4 neighbouring outputs; 4 output channels share the 9 loaded vectors.

/** Numbers in a row of a framed plane. */
export function frameStride(width: i32): i32 {
  return ((width + 3) & ~3) + 4;
}

/** Copies `planes` planes of height × width into frames. */
export function frame(x: usize, out: usize, planes: i32, height: i32, width: i32): void {
  const stride = <usize>frameStride(width) << 2, row = <usize>width << 2;
  memory.fill(out, 0, <usize>planes * <usize>(height + 2) * stride);
  for (let p = 0; p < planes; p++) {
    out += stride;
    for (let i = 0; i < height; i++) {
      memory.copy(out + 4, x, row);
      x += row;
      out += stride;
    }
    out += stride;
  }
}

// @ts-ignore: decorator
@inline
function tap(sum: v128, weight: usize, offset: usize, x: v128): v128 {
  return f32x4.add(sum, f32x4.mul(v128.load32_splat(weight + offset), x));
}

// @ts-ignore: decorator
@inline
function row3(sum: v128, weight: usize, x0: v128, x1: v128, x2: v128): v128 {
  return tap(tap(tap(sum, weight, 0, x0), weight, 4, x1), weight, 8, x2);
}

// @ts-ignore: decorator
@inline
function put(out: usize, sum: v128, count: i32): void {
  if (count >= 4) { v128.store(out, sum); return; }
  f32.store(out, f32x4.extract_lane(sum, 0));
  if (count > 1) f32.store(out, f32x4.extract_lane(sum, 1), 4);
  if (count > 2) f32.store(out, f32x4.extract_lane(sum, 2), 8);
}

/** out[b, co, i, j] = Σ_{ci, a, c} w[co, ci, a, c] x[b, ci, i + a − 1, j + c − 1] on framed x. */
export function conv3x3(x: usize, w: usize, out: usize, channelsIn: i32, channelsOut: i32, height: i32, width: i32, batch: i32): void {
  const stride = <usize>frameStride(width) << 2, plane = <usize>(height + 2) * stride, outPlane = <usize>(height * width) << 2;
  const perOutput = <usize>channelsIn * 36;
  for (let b = 0; b < batch; b++) {
    for (let co = 0; co < channelsOut; co += 4) {
      const many = channelsOut - co;
      // Channels past the last repeat it; their sums are not stored.
      const w0 = w + <usize>co * perOutput, w1 = many > 1 ? w0 + perOutput : w0, w2 = many > 2 ? w1 + perOutput : w0, w3 = many > 3 ? w2 + perOutput : w0;
      const to = out + <usize>(b * channelsOut + co) * outPlane;
      for (let i = 0; i < height; i++) for (let j = 0; j < width; j += 4) {
        let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
        let from = x + <usize>(b * channelsIn) * plane + <usize>i * stride + (<usize>j << 2);
        for (let at: usize = 0; at < perOutput; at += 36) {
          for (let a: usize = 0; a < 3; a++) {
            const p = from + a * stride, q = at + a * 12;
            const x0 = v128.load(p), x1 = v128.load(p, 4), x2 = v128.load(p, 8);
            s0 = row3(s0, w0 + q, x0, x1, x2);
            s1 = row3(s1, w1 + q, x0, x1, x2);
            s2 = row3(s2, w2 + q, x0, x1, x2);
            s3 = row3(s3, w3 + q, x0, x1, x2);
          }
          from += plane;
        }
        const c = to + (<usize>(i * width + j) << 2), left = width - j;
        put(c, s0, left);
        if (many > 1) put(c + outPlane, s1, left);
        if (many > 2) put(c + 2 * outPlane, s2, left);
        if (many > 3) put(c + 3 * outPlane, s3, left);
      }
    }
  }
}

/** gw[co, ci, a, c] += Σ_{b, i, j} g[b, co, i, j] x[b, ci, i + a − 1, j + c − 1] on framed x and g. */
export function conv3x3Weights(x: usize, g: usize, gw: usize, channelsIn: i32, channelsOut: i32, height: i32, width: i32, batch: i32): void {
  const stride = <usize>frameStride(width) << 2, plane = <usize>(height + 2) * stride;
  for (let co = 0; co < channelsOut; co++) for (let ci = 0; ci < channelsIn; ci++) for (let a: usize = 0; a < 3; a++) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0;
    for (let b = 0; b < batch; b++) {
      // The frame's zeros right of g make the last vector of a row harmless.
      const gs = g + <usize>(b * channelsOut + co) * plane + stride + 4, xs = x + <usize>(b * channelsIn + ci) * plane + a * stride;
      for (let i: usize = 0; i < <usize>height; i++) for (let j: usize = 0; j < <usize>width << 2; j += 16) {
        const value = v128.load(gs + i * stride + j), p = xs + i * stride + j;
        s0 = f32x4.add(s0, f32x4.mul(value, v128.load(p)));
        s1 = f32x4.add(s1, f32x4.mul(value, v128.load(p, 4)));
        s2 = f32x4.add(s2, f32x4.mul(value, v128.load(p, 8)));
      }
    }
    const to = gw + (<usize>(co * channelsIn + ci) * 9 + a * 3 << 2);
    f32.store(to, f32.load(to) + sumLanes(s0));
    f32.store(to, f32.load(to, 4) + sumLanes(s1), 4);
    f32.store(to, f32.load(to, 8) + sumLanes(s2), 8);
  }
}

// @ts-ignore: decorator
@inline
function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3);
}
