// One row enrols an operator or a network in every test that walks these tables. Sizes are odd, prime or unequal on purpose:
// a symmetric case hides a wrong adjoint.
import { tensor } from '../src/core/array.js';
import { blockDiagonal, compose, kroneckerIdentity, scale, stack, sum, transpose } from '../src/core/combine.js';
import { annealing } from '../src/qubo/solvers/annealing.js';
import { bifurcation } from '../src/qubo/solvers/bifurcation.js';
import { descent } from '../src/qubo/solvers/descent.js';
import { exact } from '../src/qubo/solvers/exact.js';
import { momentum } from '../src/qubo/solvers/momentum.js';
import { tabu } from '../src/qubo/solvers/tabu.js';
import { tempering } from '../src/qubo/solvers/tempering.js';
import type { SolveOptions, Solver } from '../src/qubo/index.js';
import { istaNet } from '../src/unrolled/ista-net.js';
import { learnedIsta, unrolledAdmm, unrolledIsta, type UnrolledOptions } from '../src/unrolled/presets.js';
import type { LinearOperator, Problem, UnrolledNetwork } from '../src/types.js';
import {
  cartesianMask,
  convolution,
  dct,
  diagonal,
  difference,
  fourier,
  gaussian,
  hadamard,
  identity,
  imageBlocks,
  matrix,
  motionKernel,
  orthonormal,
  rademacher,
  radialMask,
  radon,
  rampFilter,
  randomMask,
  restriction,
  wavelet,
} from '../operators/index.js';
import { normalTensor } from './helpers.js';

const taps = [0.5, 0.3, -0.2, 0.1],
  image = [
    [0.5, 0.3, 0.1],
    [0.2, -0.1, 0.05],
  ];

export const operatorCases: readonly { readonly name: string; readonly make: () => LinearOperator }[] = [
  { name: 'gaussian 7×11', make: () => gaussian(7, 11, { seed: 1 }) },
  { name: 'gaussian 13×5', make: () => gaussian(13, 5, { seed: 2 }) },
  { name: 'rademacher 7×11', make: () => rademacher(7, 11, { seed: 3 }) },
  { name: 'hadamard 11×32', make: () => hadamard(11, 32, { seed: 4 }) },
  { name: 'matrix 3×5', make: () => matrix(normalTensor([3, 5], 5)) },
  { name: 'circular convolution of 13', make: () => convolution(taps, [13]) },
  { name: 'zero convolution of 13', make: () => convolution(taps, [13], { boundary: 'zero' }) },
  { name: 'reflect convolution of 13', make: () => convolution(taps, [13], { boundary: 'reflect' }) },
  { name: 'circular convolution of 13 with the origin at its end', make: () => convolution(taps, [13], { origin: [3] }) },
  { name: 'circular convolution of 5×7', make: () => convolution(image, [5, 7]) },
  { name: 'zero convolution of 5×7', make: () => convolution(image, [5, 7], { boundary: 'zero' }) },
  { name: 'reflect convolution of 5×7', make: () => convolution(image, [5, 7], { boundary: 'reflect' }) },
  { name: 'circular convolution of 15×9 by FFT', make: () => convolution(image, [15, 9], { method: 'fft' }) },
  { name: 'zero convolution of 13 by FFT', make: () => convolution(taps, [13], { boundary: 'zero', method: 'fft' }) },
  { name: 'fourier of 13, complex, all', make: () => fourier([13]) },
  {
    name: 'fourier of 13, real, random mask',
    make: () => fourier([13], { mask: randomMask([13], { fraction: 0.5, seed: 1 }), complexInput: false }),
  },
  { name: 'fourier of 6×9, complex, radial mask', make: () => fourier([6, 9], { mask: radialMask([6, 9], { lines: 3 }) }) },
  {
    name: 'fourier of 7×12, real, Cartesian mask',
    make: () => fourier([7, 12], { mask: cartesianMask([7, 12], { acceleration: 2, seed: 3 }), complexInput: false }),
  },
  { name: 'identity of 3×5', make: () => identity([3, 5]) },
  { name: 'diagonal of 7', make: () => diagonal(tensor([1, -2, 0.5, 0, 3, 0.25, -1])) },
  { name: 'restriction of 11', make: () => restriction([11], [7, 0, 3]) },
  { name: 'difference of 11', make: () => difference([11]) },
  { name: 'difference of 5×7 along its columns', make: () => difference([5, 7], { axis: 0, boundary: 'reflect' }) },
  { name: 'orthonormal 5×11', make: () => orthonormal(5, 11, { seed: 13 }) },
  { name: 'dct of 13', make: () => dct([13]) },
  { name: 'dct of 53×6', make: () => dct([53, 6]) },
  { name: 'wavelet db3 of 20', make: () => wavelet([20], { name: 'db3', levels: 2 }) },
  { name: 'wavelet db4 of 24×8', make: () => wavelet([24, 8], { name: 'db4', levels: 3 }) },
  { name: 'radon of 7×7', make: () => radon([7, 7], { angles: [0, 31, 90, 135, 200.5], detectors: 9 }) },
  { name: 'ramp filter of 3×5', make: () => rampFilter([3, 5]) },
  { name: 'root of a ramp filter of 2×5', make: () => rampFilter([2, 5], { root: true }) },
  { name: 'blocks of 4 in 7×10', make: () => imageBlocks([7, 10], 4) },
  { name: 'I ⊗ Φ on image blocks', make: () => compose(kroneckerIdentity(6, gaussian(5, 16, { seed: 14 })), imageBlocks([7, 10], 4)) },
  { name: 'motion blur of 17×14', make: () => convolution(motionKernel({ length: 5, angle: 35 }), [17, 14]) },
  { name: 'compose', make: () => compose(gaussian(4, 13, { seed: 6 }), convolution(taps, [13])) },
  { name: 'sum', make: () => sum(convolution(taps, [13], { boundary: 'zero' }), difference([13])) },
  { name: 'scale', make: () => scale(-0.7, gaussian(4, 9, { seed: 7 })) },
  { name: 'transpose', make: () => transpose(convolution(taps, [13], { boundary: 'reflect' })) },
  { name: 'stack', make: () => stack([gaussian(3, 7, { seed: 8 }), difference([7]), restriction([7], [5, 1])]) },
  { name: 'unequal dense blocks', make: () => blockDiagonal([gaussian(3, 5, { seed: 9 }), gaussian(4, 7, { seed: 10 })]) },
  { name: 'mixed blocks', make: () => blockDiagonal([gaussian(3, 5, { seed: 11 }), difference([7])]) },
  { name: 'I ⊗ Φ', make: () => kroneckerIdentity(3, gaussian(3, 5, { seed: 12 })) },
];

type Make = (problem: Problem, options: UnrolledOptions) => UnrolledNetwork;

/** ISTA-Net+ starts with its last kernels at zero, which hides the gradients of all others. */
function withLastKernels(net: UnrolledNetwork): UnrolledNetwork {
  for (const param of net.params) if (param.name.startsWith('G.')) param.value = normalTensor([param.value.length], 23).data.map(value => value / 3);
  return net;
}

/** Those of the operators below that are dense or blocks. */
export const matrices = ['gaussian 7×11', 'unequal dense blocks', 'I ⊗ Φ'];

/** Every unrolled layer, by the preset that uses it; `solver` is what it is untrained, for every operator or for some. */
export const networkCases: readonly {
  readonly name: string;
  readonly make: Make;
  readonly solver: 'ista' | 'admm' | 'admm on matrices' | 'none';
  /** Rectifiers everywhere: a difference across a kink is wrong, so that one side may do. */
  readonly kinks?: boolean;
  /** The names of the operators that it takes, where those are not all that are learnable. */
  readonly on?: readonly string[];
}[] = [
  { name: 'ista', make: unrolledIsta, solver: 'ista' },
  { name: 'lista', make: (p, o) => learnedIsta(p, { ...o, coupling: 'lista' }), solver: 'ista' },
  { name: 'coupled', make: (p, o) => learnedIsta(p, { ...o, coupling: 'coupled' }), solver: 'ista' },
  { name: 'untied', make: (p, o) => learnedIsta(p, { ...o, coupling: 'untied' }), solver: 'ista' },
  { name: 'tied', make: (p, o) => learnedIsta(p, { ...o, coupling: 'tied' }), solver: 'ista' },
  { name: 'coupled behind a frame', make: (p, o) => learnedIsta(p, { ...o, coupling: 'coupled', frame: 1.5 }), solver: 'ista', on: matrices },
  { name: 'tied behind a frame', make: (p, o) => learnedIsta(p, { ...o, coupling: 'tied', frame: 2.6 }), solver: 'ista', on: matrices },
  {
    name: 'tied with support selection',
    make: (p, o) => learnedIsta(p, { ...o, coupling: 'tied', supportSelection: { perLayer: 10, max: 30 } }),
    solver: 'none',
  },
  { name: 'admm', make: unrolledAdmm, solver: 'admm' },
  { name: 'ista-net-plus behind frames', make: (p, o) => withLastKernels(istaNet(p, { ...o, features: 3, frame: 2.3 })), solver: 'none', kinks: true },
  { name: 'ista-net-dct', make: (p, o) => withLastKernels(istaNet(p, { ...o, features: 3, input: 'dct', bias: true })), solver: 'none', kinks: true },
  { name: 'ista-net', make: (p, o) => istaNet(p, { ...o, transform: 'istanet', features: 3 }), solver: 'none', kinks: true },
  { name: 'ista-net-plus', make: (p, o) => withLastKernels(istaNet(p, { ...o, features: 3 })), solver: 'none', kinks: true },
  { name: 'hqs-net', make: (p, o) => withLastKernels(istaNet(p, { ...o, features: 3, dataStep: 'proximal' })), solver: 'none', kinks: true },
  { name: 'tied admm', make: (p, o) => unrolledAdmm(p, { ...o, coupling: 'tied' }), solver: 'admm on matrices' },
];

/** Operators whose weights a network can learn, one for each kind of pattern. */
export const learnable = [
  ...matrices,
  'circular convolution of 13',
  'reflect convolution of 13',
  'fourier of 13, real, random mask',
  'diagonal of 7',
];

/** QUBO solvers. */
export const solverCases: readonly {
  readonly name: string;
  readonly make: () => Solver;
  /** What is enough for the minimum of any model of a dozen variables. */
  readonly enough: SolveOptions;
  /** Says that its minimum is one; then it has a single read. */
  readonly proves?: boolean;
}[] = [
  { name: 'descent', make: descent, enough: { reads: 300 } },
  { name: 'annealing', make: annealing, enough: { sweeps: 200, reads: 20 } },
  { name: 'tabu', make: tabu, enough: { sweeps: 2000, reads: 2 } },
  { name: 'tempering', make: tempering, enough: { sweeps: 100, reads: 2 } },
  { name: 'bifurcation', make: bifurcation, enough: { sweeps: 500, reads: 100 } },
  { name: 'bifurcation-discrete', make: () => bifurcation({ mode: 'discrete' }), enough: { sweeps: 200, reads: 100 } },
  { name: 'momentum', make: momentum, enough: { sweeps: 300, reads: 20 } },
  { name: 'exact', make: exact, enough: { sweeps: 1 }, proves: true },
];
