// Correlation of images of many channels with ±1 kernels, by tables of sums that all kernels share ("four Russians").
//
// x: channels × height × width, already padded; out: kernels × (height − kh + 1) × (width − kw + 1). The kw taps of a kernel's
// row are taken 4 by 4, then the 1 to 3 that are left. For a stretch of one row of x there is a table of 16 lines, one for each
// pattern of 4 signs (bit b set means that tap b is −1): line p holds Σ ± x[j + 0 … 3] for all j, so that 4 taps cost one
// addition; and one of 2^rest lines for what is left. The tables of kh rows of `together` channels stay at hand while the
// stretch moves down the image: row r is in slot r mod kh. Channels are taken `together` at a time, outputs added up.
//
// `list` holds byte offsets into the tables: for each group of channels, each r mod kh of a kernel's first row and each kernel,
// the places of all its groups of taps, in any order.
import { signedLines } from './signed-sums';

/** Σ with a given part h of the last taps, for the four patterns of the first two. */
// @ts-ignore: decorator
@inline
function four(to: usize, line: usize, h: v128, plus: v128, minus: v128): void {
  v128.store(to, f32x4.add(h, plus));
  v128.store(to + line, f32x4.add(h, minus));
  v128.store(to + 2 * line, f32x4.sub(h, minus));
  v128.store(to + 3 * line, f32x4.sub(h, plus));
}

/** The lines for `taps` taps from x on, each at least `bytes` long and `line` bytes apart. */
function table(x: usize, taps: i32, to: usize, line: usize, bytes: usize): void {
  const end = x + bytes;
  if (taps === 4) for (; x < end; x += 16, to += 16) {
    const x0 = v128.load(x), x1 = v128.load(x, 4), x2 = v128.load(x, 8), x3 = v128.load(x, 12);
    const plus = f32x4.add(x0, x1), minus = f32x4.sub(x1, x0), high = f32x4.add(x2, x3), mixed = f32x4.sub(x3, x2);
    four(to, line, high, plus, minus);
    four(to + 4 * line, line, mixed, plus, minus);
    four(to + 8 * line, line, f32x4.neg(mixed), plus, minus);
    four(to + 12 * line, line, f32x4.neg(high), plus, minus);
  } else if (taps === 1) for (; x < end; x += 16, to += 16) {
    v128.store(to, v128.load(x));
    v128.store(to + line, f32x4.neg(v128.load(x)));
  } else for (; x < end; x += 16, to += 16) {
    const x0 = v128.load(x), x1 = v128.load(x, 4), x2 = taps === 3 ? v128.load(x, 8) : f32x4.splat(0);
    const plus = f32x4.add(x0, x1), minus = f32x4.sub(x1, x0);
    four(to, line, x2, plus, minus);
    if (taps === 3) four(to + 4 * line, line, f32x4.neg(x2), plus, minus);
  }
}

/**
 * out = scale · the correlations, in stretches of `stretch` outputs, `vectors` vectors of 4 at a time; `stretch` is a multiple of
 * 4 `vectors`. Up to `stretch` + kw + 4 numbers after x are read. `tables` has room for kh · together tables.
 */
export function correlateSigns(
  x: usize, channels: i32, height: i32, width: i32, kh: i32, kw: i32, list: usize, kernels: i32, together: i32,
  vectors: i32, stretch: i32, tables: usize, scale: f32, out: usize,
): void {
  const rows = height - kh + 1, cols = width - kw + 1, quads = kw >> 2, rest = kw & 3, groups = quads + i32(rest > 0);
  // Later quads read further along the lines of the first, which are that much longer.
  const line = <usize>(quads ? stretch + 4 * (quads - 1) : 0) << 2, restLine = <usize>stretch << 2;
  const restAt = 16 * line, bytes = restAt + (rest ? restLine << rest : 0), slot = bytes * <usize>together;
  const plane = <usize>(height * width) << 2, outPlane = <usize>(rows * cols) << 2;
  for (let c = 0; c < channels; c += together, x += plane * <usize>together) {
    const count = min(together, channels - c), places = <usize>(count * kh * groups) << 2;
    for (let j = 0; j < cols; j += stretch) for (let r = 0; r < height; r++) {
      let t = tables + slot * <usize>(r % kh), p = x + (<usize>(r * width + j) << 2);
      for (let k = 0; k < count; k++, t += bytes, p += plane) {
        if (quads) table(p, 4, t, line, line);
        if (rest) table(p + (<usize>quads << 4), rest, t + restAt, restLine, restLine);
      }
      const i = r - kh + 1;
      if (i >= 0) signedLines(vectors, list + <usize>((i % kh) * kernels) * places, places, places, places, tables, 0,
        out + (<usize>(i * cols + j) << 2), outPlane, kernels, min(stretch, cols - j), scale, c > 0);
    }
    list += <usize>(kh * kernels) * places;
  }
}
