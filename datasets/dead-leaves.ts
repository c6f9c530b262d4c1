import type { Tensor } from '../src/types.js';
import { tensor } from '../src/core/array.js';
import { random } from '../src/core/random.js';

const smallest = 3;

/**
 * A synthetic natural image [h, w] in 0…255: opaque discs and tilted squares with radii of density ∝ r⁻³ fall on each other until
 * nothing shows through (Lee, Mumford & Huang 2001), each with its own gray, shade and texture. Pure in its arguments.
 */
export function deadLeaves([h, w]: readonly [number, number], seed: number): Tensor {
  if (![h, w].every(n => Number.isSafeInteger(n) && n > 0))
    throw new RangeError(`deadLeaves: expected a shape of positive integers, got [${h},${w}]`);
  const rng = random(seed, 0x6c656166),
    out = new Float32Array(h * w),
    covered = new Uint8Array(h * w);
  const largest = Math.max(smallest + 1, Math.min(h, w) / 3);
  // Front to back: what is covered already stays, so that it ends as soon as every pixel is.
  for (let left = h * w; left > 0;) {
    const u = rng.uniform(),
      r = 1 / Math.sqrt(u / smallest ** 2 + (1 - u) / largest ** 2);
    const y = -r + rng.uniform() * (h + 2 * r),
      x = -r + rng.uniform() * (w + 2 * r),
      turn = Math.PI * rng.uniform(),
      square = rng.uniform() < 0.4;
    const gray = 20 + 215 * rng.uniform(),
      slopeY = (40 * (rng.uniform() - 0.5)) / r,
      slopeX = (40 * (rng.uniform() - 0.5)) / r;
    const depth = rng.uniform() < 0.3 ? 25 * rng.uniform() : 0,
      pitch = 2 + 6 * rng.uniform(),
      co = Math.cos(turn),
      si = Math.sin(turn);
    for (let i = Math.max(0, Math.floor(y - 1.5 * r)); i < Math.min(h, y + 1.5 * r); i++)
      for (let j = Math.max(0, Math.floor(x - 1.5 * r)); j < Math.min(w, x + 1.5 * r); j++) {
        const at = i * w + j,
          dy = i - y,
          dx = j - x,
          along = co * dx + si * dy,
          across = co * dy - si * dx;
        if (covered[at] || (square ? Math.max(Math.abs(along), Math.abs(across)) > r : dy * dy + dx * dx > r * r)) continue;
        covered[at] = 1;
        left--;
        out[at] = Math.min(255, Math.max(0, gray + slopeY * dy + slopeX * dx + depth * Math.sin((2 * Math.PI * along) / pitch)));
      }
  }
  return tensor(out, [h, w]);
}
