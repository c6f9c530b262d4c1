import { scratch } from './memory.js';
import { checkLength, kernels, readable, room, writable, writeBack } from './wasm.js';

/** Sizes of a single-channel valid cross-correlation; 1-D is height 1 and taps [1, kw]. */
export interface CorrelateShape {
  readonly height: number;
  readonly width: number;
  readonly taps: readonly [kh: number, kw: number];
  readonly batch: number;
}

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n > 0;

/** Throws unless x is batch × height × width, h is kh × kw and g is batch × (height − kh + 1) × (width − kw + 1). */
export function checkCorrelate(who: string, x: Float32Array, h: Float32Array, g: Float32Array, shape: CorrelateShape): void {
  const { height, width, taps: [kh, kw], batch } = shape;
  if (![height, width, kh, kw, batch].every(isCount) || kh > height || kw > width)
    throw new RangeError(`${who}: expected taps that fit into the signal, got ${kh} × ${kw} in ${batch} of ${height} × ${width}`);
  checkLength(`${who}: signal`, x, batch * height * width);
  checkLength(`${who}: taps`, h, kh * kw);
  checkLength(`${who}: result`, g, batch * (height - kh + 1) * (width - kw + 1));
}

/** out[i, j] = Σ h[a, b] x[i + a, j + b] for a batch of x; out is batch × (height − kh + 1) × (width − kw + 1). */
export function correlateValid(x: Float32Array, h: Float32Array, out: Float32Array, shape: CorrelateShape): void {
  checkCorrelate('correlateValid', x, h, out, shape);
  const { height, width, taps: [kh, kw], batch } = shape;
  scratch(() => {
    const to = writable(out);
    kernels.correlateValid(readable(x).byteOffset, readable(h).byteOffset, to.byteOffset, height, width, kh, kw, batch);
    writeBack(to, out);
  });
}

/** The gradient of the taps: gh[a, b] += Σ g[i, j] x[i + a, j + b] over the batch. */
export function correlateValidTaps(x: Float32Array, g: Float32Array, gh: Float32Array, shape: CorrelateShape): void {
  checkCorrelate('correlateValidTaps', x, gh, g, shape);
  const { height, width, taps: [kh, kw], batch } = shape;
  scratch(() => {
    const to = readable(gh);
    kernels.correlateValidTaps(readable(x).byteOffset, readable(g).byteOffset, to.byteOffset, height, width, kh, kw, batch,
      room(2 * kh * kw).byteOffset);
    writeBack(to, gh);
  });
}

/** The adjoint of `correlateValid` with respect to x: out[p, q] = Σ h[a, b] g[p − a, q − b]; out is batch × height × width. */
export function correlateValidAdjoint(g: Float32Array, h: Float32Array, out: Float32Array, shape: CorrelateShape): void {
  checkCorrelate('correlateValidAdjoint', out, h, g, shape);
  const { height, width, taps: [kh, kw], batch } = shape;
  scratch(() => {
    const to = writable(out);
    const padded = room((height - kh + 1) * (width + kw - 1));
    kernels.correlateValidAdjoint(readable(g).byteOffset, readable(h).byteOffset, to.byteOffset, height, width, kh, kw, batch,
      padded.byteOffset, room(kh * kw).byteOffset);
    writeBack(to, out);
  });
}
