// Sign bits on structured masks and with binary activations, beside other libraries' f32 kernels.
import { signBits } from '../src/binary/bits.js';
import { random } from '../src/core/random.js';
import { signCsr, signToeplitz, xnorMatrix } from '../src/kernels/index.js';
import { fourierSigns } from '../src/kernels/maps/index.js';
import type { Case } from './case.js';
import { denseShapes, manyLanes } from './shapes.js';

/** Sums of f32 in another order. */
const f32 = 1e-5;

/** About `density` of all places, evenly spread. */
function sparse(rows: number, cols: number, density: number) {
  const rng = random(rows, cols), rowPtr = new Uint32Array(rows + 1), colIdx: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) if (rng.uniform() < density) colIdx.push(j);
    rowPtr[i + 1] = colIdx.length;
  }
  return { kind: 'csr', rows, cols, rowPtr, colIdx: Uint32Array.from(colIdx), indices: 'stored' } as const;
}

function unstructured(rows: number, cols: number, batch: number): Case {
  return {
    kernel: 'sign-csr', shape: `${rows}x${cols}`, batch, mask: 'unstructured 10 %', tolerance: f32,
    prepare(data) {
      const pattern = sparse(rows, cols, 0.1), { rowPtr, colIdx } = pattern, values = data.signs(colIdx.length);
      const x = data.normals(cols * batch), output = data.zeros(rows * batch), S = signCsr(pattern, signBits(values));
      const arrays = {
        values: { data: values, shape: [values.length] }, colIdx: { data: colIdx, shape: [colIdx.length] },
        rowPtr: { data: rowPtr, shape: [rows + 1] }, x: { data: x, shape: batch > 1 ? [cols, batch] : [cols] },
      };
      return { run: () => S.applyLanes(1, x, output, batch), output, peers: [{ peer: 'scipy', op: 'csr', arrays }] };
    },
  };
}

/** Peers correlate with the taps turned, on a signal that has its zeros already. */
function toeplitz(filters: number, taps: number, n: number): Case {
  const origin = taps / 2, channels = { in: 1, out: filters };
  return {
    kernel: 'sign-toeplitz', shape: `${filters} filters of ${taps} taps, ${n} samples`, batch: 1, mask: 'toeplitz', tolerance: f32,
    prepare(data) {
      const w = data.signs(filters * taps), x = data.normals(n), output = data.zeros(filters * n);
      const S = signToeplitz({ kind: 'toeplitz', shape: [n], support: [taps], origin: [origin], boundary: 'zero', channels }, signBits(w));
      const turned = w.map((_, k) => w[k - (k % taps) + taps - 1 - (k % taps)]!), padded = data.zeros(n + taps - 1);
      padded.set(x, taps - 1 - origin);
      const arrays = { h: { data: turned, shape: [filters, taps] }, x: { data: padded, shape: [padded.length] } };
      return { run: () => S.apply(1, x, output, 1), output, peers: ['numpy', 'torch'].map(peer => ({ peer, op: 'correlate', arrays })) };
    },
  };
}

/** Signs of a filter, the same at k and −k: a peer then needs half of the spectrum. */
function inFourier(side: number): Case {
  return {
    kernel: 'sign-fourier', shape: `${side}x${side}`, batch: 1, mask: 'diagonal in Fourier', tolerance: f32,
    prepare(data) {
      const d = data.signs(side * side), x = data.normals(side * side), output = data.zeros(side * side);
      d.forEach((sign, k) => { d[((side - Math.floor(k / side)) % side) * side + ((side - (k % side)) % side)] = sign; });
      const S = fourierSigns({ kind: 'diagonal', basis: 'fourier', shape: [side, side], complexInput: false, form: 'circulant' }, k => d[k]!);
      const arrays = { d: { data: d, shape: [side, side] }, x: { data: x, shape: [side, side] } };
      return { run: () => S.apply(1, x, output, 1), output, peers: [{ peer: 'scipy', op: 'fourier-filter', arrays }] };
    },
  };
}

/** Activations of ±1 come as f32 and are packed in the time measured. */
function binary(rows: number, cols: number): Case {
  return {
    kernel: 'xnor', shape: `${rows}x${cols}`, batch: 1, mask: 'dense', tolerance: 0,
    prepare(data) {
      const W = data.signs(rows * cols), x = data.signs(cols), output = data.zeros(rows), S = xnorMatrix(rows, cols, signBits(W));
      const bits = new Uint32Array(S.words), arrays = { W: { data: W, shape: [rows, cols] }, x: { data: x, shape: [cols] } };
      const run = (): void => {
        S.pack(x, bits, 1);
        S.apply(1, bits, output, 1);
      };
      return { run, output, peers: [{ peer: 'numpy', op: 'matmul', arrays }] };
    },
  };
}

export const structuredCases: readonly Case[] = [
  ...denseShapes.flatMap(([rows, cols]) => [unstructured(rows, cols, 1), unstructured(rows, cols, manyLanes)]),
  toeplitz(32, 64, 4096),
  inFourier(256), inFourier(512),
  ...denseShapes.map(([rows, cols]) => binary(rows, cols)),
];
