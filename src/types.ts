// Every core interface; no runtime code. Everything else in the project imports from here.
import type { NdArray } from 'ndarray';

export type Shape = readonly number[];

/** Row-major, offset 0. A complex signal carries a trailing axis of 2 (re, im); a leading axis may be a batch. */
export type Tensor = NdArray<Float32Array>;

export type Boundary = 'circular' | 'zero' | 'reflect';

/**
 * Where an operator A can be nonzero, and in which basis. The pattern alone decides how many weights a linear map on it
 * has, how they are ordered (see kernels/maps), how many index bits a mask costs and which kernel runs.
 * - dense: rows × cols weights, row-major.
 * - blocks: the blocks' weights one after the other, each row-major; `shared` means one block used by all (I ⊗ Φ).
 * - toeplitz: one weight per tap of the kernel (row-major over `support`), shared along the diagonals.
 *   y[i] = Σ_t w[t] x[i + origin − t], x extended past its ends by `boundary`; signals of `shape` in and out. With `channels`
 *   it maps [in, ...shape] to [out, ...shape] by one kernel for each pair, weights ordered out × in × taps.
 * - diagonal, identity basis: one weight per entry. Fourier basis: one real weight per frequency in `support`
 *   (all if absent); `form` 'analysis' is x ↦ diag(w) F x, 'circulant' is x ↦ Fᴴ diag(w) F x; F unitary over `shape`.
 * - csr: one weight per stored entry. `indices` says whether a file must store them or can regenerate them from A.
 */
export type Pattern =
  | { readonly kind: 'dense'; readonly rows: number; readonly cols: number }
  | { readonly kind: 'blocks'; readonly blocks: readonly { readonly rows: number; readonly cols: number }[]; readonly shared: boolean }
  | { readonly kind: 'toeplitz'; readonly shape: Shape; readonly support: Shape; readonly origin: Shape; readonly boundary: Boundary;
      readonly channels?: { readonly in: number; readonly out: number } }
  | { readonly kind: 'diagonal'; readonly basis: 'identity'; readonly size: number }
  | { readonly kind: 'diagonal'; readonly basis: 'fourier'; readonly shape: Shape; readonly complexInput: boolean;
      readonly form: 'analysis' | 'circulant'; readonly support?: Uint8Array }
  | { readonly kind: 'csr'; readonly rows: number; readonly cols: number; readonly rowPtr: Uint32Array; readonly colIdx: Uint32Array;
      readonly indices: 'stored' | 'regenerated' };

/** What a model file needs to rebuild an operator: a kind known to operators/index, JSON arguments, arrays, parts. */
export interface OperatorDescription {
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly arrays?: Readonly<Record<string, Float32Array>>;
  readonly parts?: readonly OperatorDescription[];
}

/**
 * y = A x. The adjoint is with respect to Re⟨·,·⟩: complex values are pairs of reals, so ⟨u, v⟩ = Σ u_re v_re + u_im v_im.
 */
export interface LinearOperator {
  readonly name: string;
  readonly inShape: Shape;
  readonly outShape: Shape;
  /** out = A x; x has inShape, or [batch, ...inShape]. */
  forward(x: Tensor, out?: Tensor): Tensor;
  /** out = Aᴴ y; y has outShape, or [batch, ...outShape]. */
  adjoint(y: Tensor, out?: Tensor): Tensor;
  /** The same on flat arrays of `batch` signals one after the other, unchecked: for inner loops. */
  apply(x: Float32Array, out: Float32Array, batch: number): void;
  applyAdjoint(y: Float32Array, out: Float32Array, batch: number): void;
  /** Where A can be nonzero. Throws a TypeError where no pattern is known. */
  pattern(): Pattern;
  /** The values of A on its pattern, in the pattern's order; absent where the operator has no explicit weights. */
  weights?(): Float32Array;
  /** Its products are those of stored dense matrices, one or a diagonal of them, so that `pattern` and `weights` cost nothing. */
  readonly stored?: true;
  /** `pattern` and `weights` write the whole matrix out, where they are asked for: a product of operators, say. */
  readonly derived?: true;
  /** Its entries are computed from a few numbers (sizes, angles, indices): nothing of them needs to be stored. */
  readonly geometry?: true;
  /**
   * A solver of (AᴴA + rho I) x = b in closed form, where the operator has one; b and out hold `batch` signals.
   */
  normalSolver?(rho: number): (b: Float32Array, out: Float32Array, batch: number) => void;
  /** Absent for operators written by hand: a model file cannot rebuild those by itself. */
  describe?(): OperatorDescription;
}

/** A linear map whose weights live on a pattern; values come from outside so that training and packing share it. */
export interface PatternMap {
  readonly pattern: Pattern;
  /** Length of one input and one output signal, in numbers. */
  readonly inSize: number;
  readonly outSize: number;
  /** Number of weights. */
  readonly count: number;
  /** out = M(w) x for a batch of signals one after the other. */
  apply(w: Float32Array, x: Float32Array, out: Float32Array, batch: number): void;
  /** out = M(w)ᴴ y. */
  applyAdjoint(w: Float32Array, y: Float32Array, out: Float32Array, batch: number): void;
  /** gw += ∂⟨y, M(w) x⟩/∂w, summed over the batch. */
  addGradient(x: Float32Array, y: Float32Array, gw: Float32Array, batch: number): void;
}

/** A separable penalty g. `vjp` differentiates x ↦ prox_{tau g}(x): writes ∂x into out, returns ∂tau. */
export interface Prox {
  readonly name: string;
  /** How its signals lie, where it depends on that. */
  readonly shape?: Shape;
  /**
   * Where g is the l1 norm of coefficients in a separable orthonormal basis, those of the first corner `coarse` excepted: its analysis
   * matrix for each axis, row-major.
   */
  readonly basis?: { readonly shape: Shape; readonly axes: readonly Float32Array[]; readonly coarse: Shape };
  /** Where it thresholds the DCT of windows of `width` (× width) places and averages: layers learn a threshold for each of its coefficients. */
  readonly windows?: { readonly shape: Shape; readonly width: number };
  /** g(x), accumulated in f64. */
  value(x: Float32Array): number;
  prox(x: Float32Array, tau: number, out: Float32Array): void;
  vjp(x: Float32Array, tau: number, v: Float32Array, out: Float32Array): number;
}

/** min_x ½‖A x − y‖² + g(x). */
export interface Problem {
  readonly operator: LinearOperator;
  readonly prox: Prox;
}

/**
 * A learnt array. Tied layers share one Param. `map` is set for matrices: their weights live on its pattern; the packed
 * engine replaces it by a map that reads sign bits.
 */
export interface Param {
  readonly name: string;
  value: Float32Array;
  grad: Float32Array;
  map?: PatternMap;
  /** Whether a binarizer turns this parameter into sign bits. */
  readonly oneBit: boolean;
  /** Whether pullbacks accumulate its gradient; training sets it stage by stage. */
  trainable: boolean;
  /** Of a matrix behind a frame or filters: entries of the full matrix that both make, which bits per weight are told of. */
  readonly entries?: number;
  /** Lower bound, kept after every training step (thresholds and step sizes stay ≥ 0). */
  readonly min?: number;
}

/** Iterates of a batch, flat; every layer reads and writes `x`, others keep more (ADMM: z, u). */
export type State = Readonly<Record<string, Float32Array>>;
/** Adds to the gradients of trainable params; returns the gradient of the incoming state, or {} if it is not needed. */
export type Pullback = (grad: State, inputNeeded: boolean) => State;

/**
 * One step of a layer on signals by name, for compilers to other languages: `y` is the measurement, `x` the estimate, others are the
 * layer's own; what nothing was written to is zero. A product writes to another signal than it reads.
 * - product: to = M from, or Mᴴ from; M is A unless a param is given.
 * - combine: to = a·x + b·z.
 * - soft: to = soft(from, theta), but the `keep` largest numbers as they are.
 * - rectify: at = max(at, 0).
 * - bias: a number for each channel is added to its `places` neighbouring numbers.
 */
export type Operation =
  | { readonly kind: 'product'; readonly map?: Param; readonly adjoint: boolean; readonly from: string; readonly to: string }
  | { readonly kind: 'combine'; readonly a: number; readonly x: string; readonly b: number; readonly z: string; readonly to: string }
  | { readonly kind: 'soft'; readonly from: string; readonly theta: number; readonly keep: number; readonly to: string }
  | { readonly kind: 'rectify'; readonly at: string }
  | { readonly kind: 'bias'; readonly bias: Param; readonly places: number; readonly at: string };

/** One unrolled layer. `forward` is derived from vjp, so the two cannot drift apart. */
export interface Layer {
  readonly name: string;
  readonly params: readonly Param[];
  /**
   * Arrays of the returned state and pullback live until the enclosing `scratch` ends. Calling `penalty(weight)` before the
   * pullback adds weight × this layer's own loss term (a symmetry loss, say) to what the pullback differentiates; it returns
   * that number.
   */
  vjp(state: State, y: Float32Array, batch: number): [next: State, pullback: Pullback, penalty?: (weight: number) => number];
  /**
   * Said by layers that are x⁺ = soft(x − eta WᵀG(A x − y), theta), W = A and eta = 1 where absent, with the `keep` largest entries
   * let through; a frame G stands before a W alone: the packed engine fuses them.
   */
  readonly step?: { readonly W?: Param; readonly G?: Param; readonly eta?: Param; readonly theta: Param; readonly keep?: number };
  /** What it computes with the values that its params have now; absent where operations do not tell it. */
  operations?(): readonly Operation[];
}

/** What rebuilds a network around an operator: written to model files and checkpoints. */
export interface NetworkDescription {
  readonly preset: string;
  readonly prox: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface UnrolledNetwork {
  readonly problem: Problem;
  readonly description: NetworkDescription;
  readonly layers: readonly Layer[];
  /** Every Param once, in layer order. */
  readonly params: readonly Param[];
  /** The zero state of a batch, in scratch arrays. */
  initial(batch: number): State;
  /** x̂ for one measurement, or for a batch with a leading axis. */
  forward(y: Tensor): Tensor;
  /** The iterates x₁ … x_K. */
  iterates(y: Tensor): Tensor[];
}

/** Signals as a pure function of (split, index): two calls give the same numbers, in Node and in a browser. */
export interface Dataset {
  readonly name: string;
  readonly shape: Shape;
  readonly size: { readonly train: number; readonly test: number };
  sample(split: 'train' | 'test', index: number, out?: Tensor): Tensor;
  /** Makes of y = A x this signal's measurement, in place, where disturbance is part of the data (an artefact, sensor noise). */
  disturb?(split: 'train' | 'test', index: number, y: Float32Array): void;
}

/** Sign bits on a pattern: bit 1 = negative, least significant bit first, tail bits 0. */
export interface OneBitMatrix {
  readonly name: string;
  readonly pattern: Pattern;
  readonly signs: Uint32Array;
  /** Bit 1 = the weight is zero (ternary codes, magnitude masks); counted as index bits. */
  readonly zeros?: Uint32Array;
  /** One scale per row, for the channel-wise baseline only; the global scale is then 1. */
  readonly rowScales?: Float32Array;
}

/** `scale` is the one number of all its one-bit matrices. */
export interface OneBitNetwork extends UnrolledNetwork {
  readonly binarizer: string;
  readonly scale: number;
  readonly matrices: readonly OneBitMatrix[];
}

export interface Bytes {
  readonly signs: number; readonly index: number; readonly scale: number; readonly thresholds: number; readonly operator: number;
  readonly total: number;
}

export interface Engine {
  /** x̂ for one measurement, or a batch with a leading axis; writes to `out` if given, which then costs no allocation. */
  reconstruct(y: Tensor, out?: Tensor): Tensor;
  /** What each layer leaves; the last is what `reconstruct` gives. */
  iterates(y: Tensor): Tensor[];
  readonly bytes: Bytes;
  readonly bitsPerWeight: number;
}
