import { fourierPlan } from '../core/fft.js';

/** Bytes of a row of a block (assembly/fft-block.ts). */
const row = 64;

/** Up to here a stage of a prime radix costs less than Bluestein's way. */
const mostRadix = 97;

/** The radices of a transform of n, in order, or nothing if n has a larger prime factor. A 4 first and a 4 last are fastest. */
function stagesOf(n: number, most: number): number[] | undefined {
  const fours: number[] = [], others: number[] = [];
  for (; n % 4 === 0; n /= 4) fours.push(4);
  for (let radix = 2; radix <= most; radix++) for (; n % radix === 0; n /= radix) others.push(radix);
  return n === 1 ? [...fours.slice(0, 1), ...others, ...fours.slice(1)] : undefined;
}

/** The shortest length ≥ n without a prime factor above 5. */
export function fastLength(n: number): number {
  while (!stagesOf(n, 5)) n++;
  return n;
}

/** The row that entry i of m enters: its digits, the last radix's least, in reverse. */
function placeOf(i: number, m: number, stages: readonly number[]): number {
  let place = 0;
  for (const radix of stages.toReversed()) {
    m /= radix;
    place += (i % radix) * m;
    i = Math.floor(i / radix);
  }
  return place;
}

/** exp(−2πi numerator / denominator). */
function root(numerator: number, denominator: number): [re: number, im: number] {
  const angle = (-2 * Math.PI * (numerator % denominator)) / denominator;
  return [Math.cos(angle), Math.sin(angle)];
}

/** exp(−2πi jk / (rows cols)) for every row j and column k of a matrix. */
export function rootsOfProducts(rows: number, cols: number): Float32Array {
  const roots = new Float32Array(2 * rows * cols);
  for (let j = 0; j < rows; j++) for (let k = 0; k < cols; k++) roots.set(root(j * k, rows * cols), 2 * (j * cols + k));
  return roots;
}

/** How `fftLines` transforms lines of n complex numbers; its layout is written down in assembly/fft.ts. */
export function fftTable(n: number): Float32Array {
  const direct = stagesOf(n, mostRadix), m = direct ? n : fastLength(2 * n - 1), stages = direct ?? stagesOf(m, 5)!;
  const factors: number[] = [];
  let done = 1;
  for (const radix of stages) {
    for (let j = 0; j < done; j++) for (let k = 1; k < radix; k++) factors.push(...root(j * k, radix * done));
    done *= radix;
  }
  for (const radix of stages) if (radix > 5) for (let k = 0; k < radix; k++) factors.push(...root(k, radix));
  const places = Array.from({ length: m }, (_, i) => row * placeOf(i, m, stages)), start = 4 + stages.length + m + factors.length;
  const whole = new Float32Array(Uint32Array.from([n, m, stages.length, 4 * start, ...stages].concat(places)).buffer);
  const rest = m === n ? [] : bluestein(n, m), table = new Float32Array(start + rest.length);
  table.set(whole);
  table.set(factors, whole.length);
  table.set(rest, start);
  return table;
}

/** The chirp exp(−πi j²/n) and, over m, the transform of its conjugate, which goes on to both sides of 0 and round the end. */
function bluestein(n: number, m: number): number[] {
  const chirp: number[] = [], response = new Float64Array(2 * m);
  for (let j = 0; j < n; j++) {
    chirp.push(...root(j * j, 2 * n));
    for (const at of [j, (m - j) % m]) response.set([chirp[2 * j]!, -chirp[2 * j + 1]!], 2 * at);
  }
  fourierPlan([m]).forward(response, response);
  return chirp.concat(Array.from(response, value => value / Math.sqrt(m)));
}
