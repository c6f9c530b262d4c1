// The compiled kernels, and the way arrays reach them: in place if they lie in the kernels' memory, as copies otherwise.
import { wasmBase64 } from './binary.js';
import { contains, memory, scratch, temp } from './memory.js';

/** What src/kernels/assembly exports. Arrays are byte addresses, strides are in bytes. */
interface Kernels {
  gemmScratch(): number;
  gemm(
    a: number, aRow: number, aCol: number, b: number, bRow: number, bCol: number, c: number, cRow: number,
    m: number, n: number, k: number, accumulate: boolean, scratch: number,
  ): void;
  csr(rowPtr: number, colIdx: number, w: number, x: number, out: number, rows: number, lanes: number): void;
  csrAdjoint(rowPtr: number, colIdx: number, w: number, y: number, out: number, rows: number, lanes: number): void;
  csrGradient(rowPtr: number, colIdx: number, x: number, y: number, g: number, rows: number, lanes: number): void;
  areFinite(x: number, n: number): boolean;
  nonzeros(x: number, n: number): number;
  sparseGemmScratch(): number;
  sparseGemm(
    a: number, aRow: number, aCol: number, b: number, bRow: number, c: number, cRow: number, m: number, n: number, k: number,
    accumulate: boolean, list: number,
  ): void;
  softThreshold(v: number, theta: number, out: number, n: number): void;
  softThresholdVjp(v: number, theta: number, g: number, out: number, n: number): number;
  thresholdStep(x: number, u: number, step: number, theta: number, n: number): void;
  rectify(a: number, n: number): void;
  rectifyVjp(a: number, g: number, n: number): void;
  addBias(bias: number, channels: number, places: number, x: number, batch: number): void;
  addChannelSums(g: number, channels: number, places: number, out: number, batch: number): void;
  transpose(x: number, xRow: number, rows: number, cols: number, out: number, outRow: number): void;
  signsOf(v: number, out: number, n: number): void;
  clamp(x: number, limit: number, n: number): void;
  axpby(a: number, x: number, b: number, y: number, out: number, n: number): void;
  dot(x: number, y: number, n: number): number;
  adam(
    value: number, grad: number, m: number, v: number, n: number, beta1: number, rest1: number, beta2: number, rest2: number,
    rate: number, unbias: number, epsilon: number,
  ): void;
  totalVariation(
    b: number, tau: number, p: number, q: number, r: number, s: number, out: number, h: number, w: number,
    iterations: number, anisotropic: boolean, lo: number, hi: number,
  ): void;
  slidingDctScratch(h: number, w: number, width: number, tall: number): number;
  slidingDct(
    x: number, theta: number, weights: number, out: number, h: number, w: number, batch: number, width: number, tall: number, axis: number, down: number, scratch: number,
  ): void;
  slidingDctVjp(
    x: number, theta: number, weights: number, g: number, out: number, slopes: number, h: number, w: number, batch: number, width: number, tall: number,
    axis: number, down: number, scratch: number,
  ): void;
  correlateValid(x: number, h: number, out: number, height: number, width: number, kh: number, kw: number, batch: number): void;
  correlateValidTaps(
    x: number, g: number, gh: number, height: number, width: number, kh: number, kw: number, batch: number, sums: number,
  ): void;
  correlateValidAdjoint(
    g: number, h: number, out: number, height: number, width: number, kh: number, kw: number, batch: number,
    padded: number, turned: number,
  ): void;
  untangle(z: number, x: number, rows: number, half: number, roots: number): void;
  tangle(x: number, z: number, rows: number, half: number, roots: number): void;
  multiplyComplex(x: number, w: number, n: number, conjugate: boolean): void;
  fftScratch(table: number): number;
  fftLines(
    x: number, xLane: number, xStep: number, out: number, outLane: number, outStep: number, lines: number, table: number,
    scale: number, inverse: boolean, scratch: number,
  ): void;
  conv3x3Scratch(channelsIn: number, channelsOut: number, height: number, width: number): number;
  conv3x3(
    x: number, w: number, wOut: number, wIn: number, wTap: number, out: number, channelsIn: number, channelsOut: number,
    height: number, width: number, batch: number, scratch: number,
  ): void;
  winogradScratch(channelsIn: number, channelsOut: number, height: number, width: number): number;
  winograd: Kernels['conv3x3'];
  winogradWeights: Kernels['conv3x3Weights'];
  conv3x3WeightsScratch(channelsIn: number, channelsOut: number, height: number, width: number): number;
  conv3x3Weights(
    x: number, g: number, gw: number, channelsIn: number, channelsOut: number, height: number, width: number, batch: number,
    scratch: number,
  ): void;
  packSigns(w: number, rows: number, cols: number, to: number): void;
  packSignsTransposed: Kernels['packSigns'];
  signGemvScratch(cols: number): number;
  signGemmScratch(rows: number): number;
  signBlocks(
    kind: number, list: number, count: number, w: number, x: number, out: number, lanes: number, scale: number, scratch: number,
  ): void;
  signCsr(wide: boolean, ends: number, list: number, x: number, out: number, rows: number, scale: number): void;
  signCsrLanes(
    wide: boolean, ends: number, list: number, x: number, out: number, outRow: number, rows: number, lanes: number, scale: number,
  ): void;
  gatherLanes(x: number, xRow: number, lanes: number, width: number, to: number, rows: number): void;
  signedLines(
    vectors: number, list: number, minus: number, count: number, listStep: number, base: number, baseStep: number,
    out: number, outStep: number, n: number, width: number, scale: number, accumulate: boolean,
  ): void;
  correlateSigns(
    x: number, channels: number, height: number, width: number, kh: number, kw: number, list: number, kernels: number,
    together: number, vectors: number, stretch: number, tables: number, scale: number, out: number,
  ): void;
  copyRuns(x: number, plane: number, planes: number, runs: number, count: number, unit: number, out: number): void;
  addRuns: Kernels['copyRuns'];
  signSpectrum(x: number, signs: number, kept: number, out: number, n: number, scale: number): void;
  signBits(x: number, n: number, to: number): void;
  xnor(w: number, x: number, out: number, rows: number, bytes: number, n: number, batch: number, scale: number): void;
  coherenceStart(search: number): void;
  coherenceAnneal(search: number, temperatures: number, count: number): void;
  rotate(state: number, count: number, stride: number, control: number, matrix: number): void;
  exchange(state: number, count: number, stride: number, control: number): void;
  negate(state: number, count: number, mask: number): void;
  unrotate(psi: number, lambda: number, count: number, stride: number, control: number, matrix: number, sums: number): void;
  probabilities(state: number, count: number, p: number): void;
  weigh(state: number, count: number, v: number, to: number): void;
  spinFields(walker: number): void;
  /** 1 where it ended within so many flips, else 0. */
  descend(walker: number, flips: number): number;
  settle(walker: number, sweeps: number): void;
  anneal(walker: number, temperatures: number, count: number): void;
  temper(ladder: number, rounds: number): void;
  descendAll(ladder: number): void;
  coupleAgents(rows: number, x: number, to: number, n: number, width: number): void;
  bifurcate(
    x: number, y: number, force: number, field: number, n: number, width: number, dt: number, bend: number, strength: number, heat: number,
  ): void;
  agentSigns(x: number, to: number, n: number, width: number): void;
  agentEnergies(signs: number, force: number, field: number, n: number, width: number, energies: number): void;
  momentum(walker: number, self: number, last: number, schedule: number, steps: number): void;
  tabu(walker: number, search: number, moves: number): void;
  enumerate(enumeration: number, flips: number): void;
  relaxationSweep(relaxation: number): number;
  relaxationHolds(relaxation: number, shift: number): boolean;
  relaxationProducts(relaxation: number): void;
  relaxationTriangles(relaxation: number, least: number, broken: number, triangles: number, most: number): number;
  relaxationWeigh(relaxation: number, count: number, rate: number): number;
}

const bytes = Uint8Array.from(atob(wasmBase64), character => character.charCodeAt(0));
const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
export const kernels = instance.exports as unknown as Kernels;

/** Room for `length` numbers in the kernels' memory until the enclosing `scratch` ends. */
export function room(length: number): Float32Array {
  const array = temp(length);
  if (length && !contains(array))
    throw new RangeError(`kernels: expected room for ${length} numbers in memory, got none; free arrays`);
  return array;
}

/** Runs a kernel on temporaries of these lengths and tells what it says; false where the memory has no room for all of them. */
export function onTemporaries(lengths: readonly number[], run: (...arrays: Float32Array[]) => boolean): boolean {
  return scratch(() => {
    const arrays = lengths.map(temp);
    return arrays.every(contains) && run(...arrays);
  });
}

/** Where a kernel can read `array`: itself, or a copy that lives until the enclosing `scratch` ends. */
export function readable(array: Float32Array): Float32Array {
  if (contains(array)) return array;
  const copy = room(array.length);
  copy.set(array);
  return copy;
}

/** Where a kernel can write `array`'s new numbers, which `writeBack` then brings home. The old ones are not there. */
export const writable = (array: Float32Array): Float32Array => contains(array) ? array : room(array.length);

export function writeBack(written: Float32Array, array: Float32Array): void {
  if (written !== array) array.set(written);
}

/** Runs a kernel on the address where it changes `array`. */
export function inPlace(array: Float32Array, run: (at: number) => void): void {
  scratch(() => {
    const to = readable(array);
    run(to.byteOffset);
    writeBack(to, array);
  });
}

export function checkLength(who: string, array: Float32Array, length: number): void {
  if (array.length !== length) throw new RangeError(`${who}: expected ${length} numbers, got ${array.length}`);
}

/** Kernels that read x after they began to write `out` need the two apart. */
export function checkApart(who: string, x: Float32Array, out: Float32Array): void {
  if (x.buffer === out.buffer && x.byteOffset < out.byteOffset + out.byteLength && out.byteOffset < x.byteOffset + x.byteLength)
    throw new RangeError(`${who}: expected x and out apart in memory, got arrays that overlap`);
}
