import { resident } from './resident.js';
import { kernels, readable } from './wasm.js';

/** Sizes of a correlation of padded images of many channels: width is along the rows; 1-D signals have height and kh 1. */
export interface SignCorrelationShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly kh: number;
  readonly kw: number;
  readonly kernels: number;
}

/** out[o, i, j] = scale · Σ ± x[c, i + a, j + b] on addresses in the kernels' memory. */
export interface SignCorrelation {
  /** Numbers of scratch that `run` needs. */
  readonly work: number;
  /** Numbers past the end of x that are read, and may be anything. */
  readonly spare: number;
  run(scale: number, x: number, out: number, work: number): void;
}

/** Says whether tap t (row-major) of kernel o for channel c is −1. */
export type NegativeTap = (o: number, c: number, t: number) => boolean;

/** Bytes of tables beyond which a stretch is cut, and beyond which channels are taken in groups. */
const nearby = 16_000, large = 40_000;

/** How many vectors of 4, from 4 to 7, to sum at once for n neighbouring outputs; a place costs 1½ vectors besides. */
function vectorsFor(n: number): number {
  let best = 7;
  const cost = (vectors: number): number => Math.ceil(n / (4 * vectors)) * (vectors + 1.5);
  for (let vectors = 6; vectors >= 4; vectors--) if (cost(vectors) < cost(best)) best = vectors;
  return best;
}

/** How assembly/sign-correlate.ts cuts its work: `bytes` and `line` of one channel's tables of one row, for `stretch` outputs. */
interface Cut {
  readonly vectors: number;
  readonly stretch: number;
  readonly line: number;
  readonly bytes: number;
  readonly together: number;
}

function cut({ channels, width, kh, kw }: SignCorrelationShape): Cut {
  const cols = width - kw + 1, quads = kw >> 2, rest = kw & 3, vectors = vectorsFor(cols), chunks = Math.ceil(cols / (4 * vectors));
  const lineOf = (stretch: number): number => quads && 4 * (stretch + 4 * (quads - 1));
  const bytesOf = (stretch: number): number => 16 * lineOf(stretch) + (rest && (4 * stretch) << rest);
  const stretchOf = (pieces: number): number => Math.ceil(chunks / pieces) * 4 * vectors;
  let pieces = chunks;
  while (pieces > 1 && kh * channels * bytesOf(stretchOf(pieces - 1)) <= nearby) pieces--;
  const stretch = stretchOf(pieces), bytes = bytesOf(stretch), groups = Math.ceil(channels / Math.max(1, Math.floor(large / (kh * bytes))));
  return { vectors, stretch, line: lineOf(stretch), bytes, together: Math.ceil(channels / groups) };
}

/** Whether tables cost less than they save: additions per output, each number of a table counted 1½ times. */
export function tablesPay(shape: SignCorrelationShape): boolean {
  const { kh, kw, kernels: count } = shape, { bytes, stretch } = cut(shape);
  return count * kh * (kw - Math.ceil(kw / 4)) > 1.5 * bytes / (4 * stretch);
}

/** Correlation by tables of the sums of 4 taps. */
function byTables(shape: SignCorrelationShape, isNegative: NegativeTap): SignCorrelation {
  const { channels, height, width, kh, kw, kernels: count } = shape, quads = kw >> 2, rest = kw & 3;
  const { vectors, stretch, line, bytes, together } = cut(shape);
  const list = new Uint32Array(channels * kh * count * kh * Math.ceil(kw / 4));
  let at = 0;
  for (let first = 0; first < channels; first += together) for (let top = 0; top < kh; top++) for (let o = 0; o < count; o++)
    for (let a = 0; a < kh; a++) for (let c = first; c < Math.min(channels, first + together); c++) {
      const table = (((top + a) % kh) * together + c - first) * bytes;
      const patternOf = (b: number, taps: number): number => {
        let bits = 0;
        for (let k = 0; k < taps; k++) if (isNegative(o, c, a * kw + b + k)) bits |= 1 << k;
        return bits;
      };
      for (let q = 0; q < quads; q++) list[at++] = table + patternOf(4 * q, 4) * line + 16 * q;
      if (rest) list[at++] = table + 16 * line + patternOf(4 * quads, rest) * 4 * stretch;
    }
  const places = resident(new Float32Array(list.buffer));
  return {
    work: kh * together * bytes / 4, spare: stretch + kw + 4,
    run: (scale, x, out, work) => kernels.correlateSigns(x, channels, height, width, kh, kw, readable(places).byteOffset, count, together,
      vectors, stretch, work, scale, out),
  };
}

/** Correlation tap by tap; for `lanes` signals side by side, x and out are channels × height × width × lanes. */
export function byTaps(
  { channels, height, width, kh, kw, kernels: count }: SignCorrelationShape, isNegative: NegativeTap, lanes = 1,
): SignCorrelation {
  const taps = kh * kw, places = channels * taps, list = new Uint32Array(count * places), minus: number[] = [];
  for (let o = 0, at = 0; o < count; o++) for (const sign of [false, true]) {
    if (sign) minus.push(4 * (at - o * places));
    for (let c = 0; c < channels; c++) for (let t = 0; t < taps; t++) if (isNegative(o, c, t) === sign)
      list[at++] = 4 * lanes * ((c * height + Math.floor(t / kw)) * width + (t % kw));
  }
  const stored = resident(new Float32Array(list.buffer)), rows = height - kh + 1, n = (width - kw + 1) * lanes, vectors = vectorsFor(n);
  return {
    work: 0, spare: 4 * vectors,
    run(scale, x, out) {
      const from = readable(stored).byteOffset;
      for (let o = 0; o < count; o++) kernels.signedLines(vectors, from + 4 * places * o, minus[o]!, 4 * places, 0,
        x, 4 * width * lanes, out + 4 * rows * n * o, 4 * n, rows, n, scale, false);
    },
  };
}

export const signCorrelation = (shape: SignCorrelationShape, isNegative: NegativeTap): SignCorrelation =>
  tablesPay(shape) ? byTables(shape, isNegative) : byTaps(shape, isNegative);
