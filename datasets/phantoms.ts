import type { Dataset, Tensor } from '../src/types.js';
import { tensor } from '../src/core/array.js';
import { random } from '../src/core/random.js';
import { dataset, splitSeed } from './dataset.js';

/** [value, half axis along x, along y, centre x, centre y, angle in degrees], in units of half the image's side; y points up. */
type Ellipse = readonly [value: number, a: number, b: number, x: number, y: number, degrees: number];

/** The modified Shepp–Logan phantom (Toft 1996, table B.3). */
const sheppLoganEllipses: readonly Ellipse[] = [
  [1, 0.69, 0.92, 0, 0, 0],
  [-0.8, 0.6624, 0.874, 0, -0.0184, 0],
  [-0.2, 0.11, 0.31, 0.22, 0, -18],
  [-0.2, 0.16, 0.41, -0.22, 0, 18],
  [0.1, 0.21, 0.25, 0, 0.35, 0],
  [0.1, 0.046, 0.046, 0, 0.1, 0],
  [0.1, 0.046, 0.046, 0, -0.1, 0],
  [0.1, 0.046, 0.023, -0.08, -0.605, 0],
  [0.1, 0.023, 0.023, 0, -0.606, 0],
  [0.1, 0.023, 0.046, 0.06, -0.605, 0],
];

/** Sums ellipses at the centres of the pixels. */
function draw(ellipses: readonly Ellipse[], h: number, w: number, out: Float32Array): void {
  out.fill(0);
  for (const [value, a, b, x0, y0, degrees] of ellipses) {
    const angle = (degrees * Math.PI) / 180,
      co = Math.cos(angle),
      si = Math.sin(angle);
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const x = (2 * j + 1 - w) / w - x0,
          y = (h - 1 - 2 * i) / h - y0;
        if (((co * x + si * y) / a) ** 2 + ((co * y - si * x) / b) ** 2 <= 1) out[i * w + j]! += value;
      }
  }
}

/** The modified Shepp–Logan phantom, [n, n] in 0…1, sampled at the centres of the pixels. */
export function sheppLogan(n: number): Tensor {
  const out = new Float32Array(n * n);
  draw(sheppLoganEllipses, n, n, out);
  return tensor(
    out.map(value => Math.max(0, value)),
    [n, n],
  );
}

/** Random phantoms [h, w] in 0…1: a head of one gray with 4 to 12 ellipses in it, nothing outside the inscribed ellipse. */
export function phantoms(shape: readonly [number, number], { seed = 1 }: { seed?: number } = {}): Dataset {
  const [h, w] = shape;
  return dataset({
    name: `ellipse phantoms ${h}x${w}`,
    shape,
    fill(split, index, out) {
      const rng = random(seed, 0x7068616e, splitSeed(split), index),
        between = (low: number, high: number): number => low + (high - low) * rng.uniform();
      const a = between(0.55, 0.85),
        b = between(0.65, 0.92),
        base = between(0.15, 0.5),
        rim = between(0.03, 0.08),
        turn = between(-20, 20);
      const inner = Array.from({ length: 4 + rng.integer(9) }, (): Ellipse => {
        const radius = between(0, 0.65),
          angle = between(0, 2 * Math.PI);
        return [
          between(-0.3, 0.4),
          between(0.03, 0.28),
          between(0.03, 0.28),
          radius * a * Math.cos(angle),
          radius * b * Math.sin(angle),
          between(0, 180),
        ];
      });
      draw([[1, a, b, 0, 0, turn], [base - 1, a - rim, b - rim, 0, 0, turn], ...inner], h, w, out);
      for (let i = 0; i < out.length; i++) {
        const x = (2 * (i % w) + 1 - w) / w,
          y = (h - 1 - 2 * Math.floor(i / w)) / h;
        out[i] = x * x + y * y > 1 ? 0 : Math.min(1, Math.max(0, out[i]!));
      }
    },
  });
}
