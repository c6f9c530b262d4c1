import type { LinearOperator, OperatorDescription, Pattern } from '../types.js';
import { formatShape, sameShape, sizeOf } from './array.js';
import { csrAssemble, csrProduct, csrSum, csrTranspose, explicitOperator, patternOf, type Csr } from './explicit.js';
import { linop } from './linop.js';

/** Pattern and weights by writing the matrix out, once and only when asked for. */
function written(matrix: () => Csr): { pattern(): Pattern; weights(): Float32Array; derived: true } {
  let known: ReturnType<typeof patternOf> | undefined;
  const get = () => (known ??= patternOf(matrix()));
  return { pattern: () => get().pattern, weights: () => get().weights, derived: true };
}

/** describe() of a combination, if every part can be rebuilt; a geometry if every part is one. */
function describes(
  kind: string, parts: readonly LinearOperator[], args: Record<string, unknown> = {},
): { describe?(): OperatorDescription; geometry?: true } {
  return {
    ...(parts.every(part => part.describe) && { describe: () => ({ kind, args, parts: parts.map(part => part.describe!()) }) }),
    ...(parts.every(part => part.geometry) && { geometry: true }),
  };
}

const total = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
const inSize = (A: LinearOperator): number => sizeOf(A.inShape);
const outSize = (A: LinearOperator): number => sizeOf(A.outShape);

/** A B: first B, then A. */
export function compose(A: LinearOperator, B: LinearOperator): LinearOperator {
  if (!sameShape(A.inShape, B.outShape))
    throw new RangeError(`compose: ${A.name} takes ${formatShape(A.inShape)} but ${B.name} gives ${formatShape(B.outShape)}`);
  return linop({
    name: `${A.name}·${B.name}`, inShape: B.inShape, outShape: A.outShape,
    apply(x, out, batch) {
      const between = new Float32Array(outSize(B) * batch);
      B.apply(x, between, batch);
      A.apply(between, out, batch);
    },
    applyAdjoint(y, out, batch) {
      const between = new Float32Array(inSize(A) * batch);
      A.applyAdjoint(y, between, batch);
      B.applyAdjoint(between, out, batch);
    },
    ...written(() => csrProduct(explicitOperator(A), explicitOperator(B))),
    ...describes('compose', [A, B]),
  });
}

/** A + B. */
export function sum(A: LinearOperator, B: LinearOperator): LinearOperator {
  if (!sameShape(A.inShape, B.inShape) || !sameShape(A.outShape, B.outShape))
    throw new RangeError(`sum: ${A.name} maps ${formatShape(A.inShape)} to ${formatShape(A.outShape)} ` +
      `but ${B.name} maps ${formatShape(B.inShape)} to ${formatShape(B.outShape)}`);
  const accumulate = (run: (out: Float32Array) => void, out: Float32Array): void => {
    const second = new Float32Array(out.length);
    run(second);
    for (let i = 0; i < out.length; i++) out[i]! += second[i]!;
  };
  return linop({
    name: `(${A.name}+${B.name})`, inShape: A.inShape, outShape: A.outShape,
    apply(x, out, batch) { A.apply(x, out, batch); accumulate(second => B.apply(x, second, batch), out); },
    applyAdjoint(y, out, batch) { A.applyAdjoint(y, out, batch); accumulate(second => B.applyAdjoint(y, second, batch), out); },
    ...written(() => csrSum(explicitOperator(A), explicitOperator(B))),
    ...describes('sum', [A, B]),
  });
}

/** c A for a real number c. */
export function scale(factor: number, A: LinearOperator): LinearOperator {
  if (!Number.isFinite(factor)) throw new RangeError(`scale: expected a finite factor, got ${factor}`);
  const times = (out: Float32Array): void => { for (let i = 0; i < out.length; i++) out[i]! *= factor; };
  return linop({
    name: `${factor}·${A.name}`, inShape: A.inShape, outShape: A.outShape,
    apply(x, out, batch) { A.apply(x, out, batch); times(out); },
    applyAdjoint(y, out, batch) { A.applyAdjoint(y, out, batch); times(out); },
    pattern: () => A.pattern(),
    ...(A.weights && { weights: () => A.weights!().map(w => w * factor) }),
    ...(A.stored && { stored: A.stored }),
    ...(A.derived && { derived: A.derived }),
    ...describes('scale', [A], { factor }),
  });
}

/** Aᴴ as an operator of its own. */
export function transpose(A: LinearOperator): LinearOperator {
  return linop({
    name: `${A.name}ᴴ`, inShape: A.outShape, outShape: A.inShape,
    apply: A.applyAdjoint, applyAdjoint: A.apply,
    ...written(() => csrTranspose(explicitOperator(A))),
    ...describes('transpose', [A]),
  });
}

/** The operators' outputs one after the other, flat: x ↦ [A₁x; A₂x; …]. */
export function stack(parts: readonly LinearOperator[]): LinearOperator {
  const first = parts[0];
  if (!first) throw new RangeError('stack: expected at least one operator, got none');
  for (const part of parts) if (!sameShape(part.inShape, first.inShape))
    throw new RangeError(`stack: ${first.name} takes ${formatShape(first.inShape)} but ${part.name} takes ${formatShape(part.inShape)}`);
  const sizes = parts.map(outSize), rows = total(sizes), cols = inSize(first);
  return linop({
    name: `stack(${parts.map(part => part.name).join(',')})`, inShape: first.inShape, outShape: [rows],
    forward(x, out) {
      let at = 0;
      parts.forEach((part, i) => { part.apply(x, out.subarray(at, at + sizes[i]!), 1); at += sizes[i]!; });
    },
    adjoint(y, out) {
      const one = new Float32Array(cols);
      let at = 0;
      out.fill(0);
      parts.forEach((part, i) => {
        part.applyAdjoint(y.subarray(at, at + sizes[i]!), one, 1);
        for (let j = 0; j < cols; j++) out[j]! += one[j]!;
        at += sizes[i]!;
      });
    },
    ...written(() => {
      let row = 0;
      return csrAssemble(rows, cols, parts.map((part, i) => {
        const placed = { at: [row, 0] as const, matrix: explicitOperator(part) };
        row += sizes[i]!;
        return placed;
      }));
    }),
    ...describes('stack', parts),
  });
}

type Batched = (input: Float32Array, out: Float32Array, batch: number) => void;

/** Runs each part on its own slice of every signal; a batch is gathered first, so that a part sees it in one call. */
function slicewise(runs: readonly Batched[], froms: readonly number[], tos: readonly number[]): Batched {
  const inLength = total(froms), outLength = total(tos);
  const longestIn = Math.max(...froms), longestOut = Math.max(...tos);
  return (x, out, batch) => {
    const gathered = new Float32Array(longestIn * batch), result = new Float32Array(longestOut * batch);
    let from = 0, to = 0;
    runs.forEach((run, i) => {
      const n = froms[i]!, m = tos[i]!;
      for (let b = 0; b < batch; b++) gathered.set(x.subarray(b * inLength + from, b * inLength + from + n), b * n);
      run(gathered.subarray(0, n * batch), result.subarray(0, m * batch), batch);
      for (let b = 0; b < batch; b++) out.set(result.subarray(b * m, (b + 1) * m), b * outLength + to);
      from += n; to += m;
    });
  };
}

/** What the weights of a diagonal of such parts cost. */
const costOf = (parts: readonly LinearOperator[]): { stored?: true; derived?: true } => ({
  ...(parts.every(part => part.stored && part.pattern().kind === 'dense') && { stored: true }),
  ...(parts.some(part => part.derived) && { derived: true }),
});

/** The blocks of a block-diagonal operator: their pattern and weights if all are dense, else the matrix written out. */
function blockStructure(list: () => readonly LinearOperator[], shared: boolean): { pattern(): Pattern; weights(): Float32Array } {
  const isDense = (parts: readonly LinearOperator[]): boolean => parts.every(part => part.weights && part.pattern().kind === 'dense');
  const assembled = written(() => {
    const parts = list();
    let row = 0, col = 0;
    return csrAssemble(total(parts.map(outSize)), total(parts.map(inSize)), parts.map(part => {
      const placed = { at: [row, col] as const, matrix: explicitOperator(part) };
      row += outSize(part); col += inSize(part);
      return placed;
    }));
  });
  return {
    pattern() {
      const parts = list();
      return isDense(parts)
        ? { kind: 'blocks', blocks: parts.map(part => ({ rows: outSize(part), cols: inSize(part) })), shared }
        : assembled.pattern();
    },
    weights() {
      const parts = list();
      if (!isDense(parts)) return assembled.weights();
      const own = (shared ? parts.slice(0, 1) : parts).map(part => part.weights!());
      const all = new Float32Array(total(own.map(w => w.length)));
      own.reduce((at, w) => (all.set(w, at), at + w.length), 0);
      return all;
    },
  };
}

/**
 * diag(A₁, A₂, …) on flat signals laid one after the other. Dense parts make a 'blocks' pattern; the normal solver is the
 * parts' own where all of them have one.
 */
export function blockDiagonal(parts: readonly LinearOperator[]): LinearOperator {
  if (!parts.length) throw new RangeError('blockDiagonal: expected at least one operator, got none');
  const ins = parts.map(inSize), outs = parts.map(outSize);
  return linop({
    name: `blockDiagonal(${parts.length}×${parts[0]!.name})`, inShape: [total(ins)], outShape: [total(outs)],
    apply: slicewise(parts.map(part => part.apply), ins, outs),
    applyAdjoint: slicewise(parts.map(part => part.applyAdjoint), outs, ins),
    ...blockStructure(() => parts, false),
    ...costOf(parts),
    ...(parts.every(part => part.normalSolver) && {
      normalSolver: rho => slicewise(parts.map(part => part.normalSolver!(rho)), ins, ins),
    }),
    ...describes('block-diagonal', parts),
  });
}

/** I ⊗ A: `count` signals, each measured by the same A; the leading axis counts them. Its learnt weights are shared. */
export function kroneckerIdentity(count: number, A: LinearOperator): LinearOperator {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`kroneckerIdentity: expected a positive count, got ${count}`);
  return linop({
    name: `I${count}⊗${A.name}`, inShape: [count, ...A.inShape], outShape: [count, ...A.outShape],
    apply: (x, out, batch) => A.apply(x, out, batch * count),
    applyAdjoint: (y, out, batch) => A.applyAdjoint(y, out, batch * count),
    ...blockStructure(() => new Array<LinearOperator>(count).fill(A), true),
    ...costOf([A]),
    ...(A.normalSolver && {
      normalSolver(rho) {
        const solve = A.normalSolver!(rho);
        return (b, out, batch) => solve(b, out, batch * count);
      },
    }),
    ...describes('kronecker-identity', [A], { count }),
  });
}
