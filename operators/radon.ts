import type { LinearOperator } from '../src/types.js';
import { linop } from '../src/core/linop.js';
import { onPattern } from '../src/kernels/maps/index.js';
import { checkCounts } from './checks.js';

/** Weights of the pixels along one ray: at each line of pixels that it crosses, linear interpolation between the two nearest. */
function ray(n: number, co: number, si: number, s: number, add: (pixel: number, weight: number) => void): void {
  const centre = (n - 1) / 2,
    steep = Math.abs(co) >= Math.abs(si),
    weight = 1 / Math.max(Math.abs(co), Math.abs(si));
  for (let line = 0; line < n; line++) {
    // x cos + y sin = s with x to the right and y upwards; rows count downwards, hence the sign of si.
    const own = steep ? (s - (line - centre) * si) / co + centre : (s - (line - centre) * co) / si + centre;
    const low = Math.floor(own),
      part = own - low;
    for (const [at, share] of [
      [low, 1 - part],
      [low + 1, part],
    ] as const)
      if (at >= 0 && at < n && share > 0) add(steep ? line * n + at : at * n + line, weight * share);
  }
}

/**
 * Parallel-beam projections of [n, n] images: one row of `detectors` (n unless given, one pixel apart) for each angle in degrees, as line
 * integrals in units of pixels by Joseph's method (1982). The adjoint is the exact transpose. At 0 degrees it sums columns; angles turn as
 * in scikit-image's radon.
 */
export function radon(
  shape: readonly [number, number],
  { angles, detectors = shape[0] }: { angles: readonly number[]; detectors?: number },
): LinearOperator {
  const [n, width] = shape;
  checkCounts('radon', { height: n, width, detectors });
  if (n !== width) throw new RangeError(`radon: expected a square image, got [${n},${width}]`);
  if (!angles.length || !angles.every(Number.isFinite))
    throw new RangeError(`radon: expected angles in degrees, got ${angles.join(', ') || 'none'}`);
  const rows = angles.length * detectors,
    rowPtr = new Uint32Array(rows + 1);
  // A ray meets at most 2 pixels on each line.
  const colIdx = new Uint32Array(2 * n * rows),
    weights = new Float32Array(2 * n * rows);
  let used = 0;
  angles.forEach((degrees, a) => {
    const angle = (degrees * Math.PI) / 180,
      co = Math.cos(angle),
      si = -Math.sin(angle);
    for (let d = 0; d < detectors; d++) {
      const entries: [number, number][] = [];
      ray(n, co, si, d - (detectors - 1) / 2, (pixel, weight) => {
        entries.push([pixel, weight]);
      });
      for (const [pixel, weight] of entries.sort((p, q) => p[0] - q[0])) {
        colIdx[used] = pixel;
        weights[used++] = weight;
      }
      rowPtr[a * detectors + d + 1] = used;
    }
  });
  return linop({
    name: 'radon',
    inShape: [n, n],
    outShape: [angles.length, detectors],
    ...onPattern(
      { kind: 'csr', rows, cols: n * n, rowPtr, colIdx: colIdx.slice(0, used), indices: 'regenerated' },
      weights.slice(0, used),
    ),
    geometry: true,
    describe: () => ({ kind: 'radon', args: { shape: [n, n], angles: [...angles], detectors } }),
  });
}
