import type { OneBitNetwork, Param, Pattern } from '../../types.js';
import { blocksOf, matrixSize } from '../../core/pattern.js';
import { cArray, cFloat, cKernels, cMatrix } from './c-arrays.js';
import type { cParts } from './c-runtime.js';
import { learntMatrix, operatorMatrix, type SolverMatrix } from './solver.js';

export type CPartName = keyof typeof cParts;

/** How a product is called, and how many numbers it gives. */
interface CMap {
  readonly call: (from: string, to: string) => string;
  readonly size: number;
}

/** The matrices of a network as constants of C, each when it is first asked for. */
export interface CMaps {
  /** M, or Mᵀ; A without a param. Throws a TypeError of one line for what has no loops in C. */
  mapOf(map: Param | undefined, adjoint: boolean): CMap;
  readonly constants: readonly string[];
  /** The functions that calls need. */
  readonly parts: ReadonlySet<CPartName>;
  /** Room for inputs that are scaled before they are multiplied. */
  readonly scaled: number;
}

const hasKernels = (pattern: Pattern): pattern is Pattern & { kind: 'toeplitz' } =>
  pattern.kind === 'toeplitz' && pattern.boundary === 'zero' && pattern.shape.length <= 2 && pattern.origin.every((o, axis) => o >= 0 && o < pattern.support[axis]!);

export function cMaps(net: OneBitNetwork): CMaps {
  const { operator } = net.problem, constants: string[] = [], parts = new Set<CPartName>(), known = new Map<string, CMap>();
  let scaled = 0;

  function matrixCall(name: string, other: string, matrix: SolverMatrix, adjoint: boolean): CMap['call'] {
    const { factors, ...plain } = matrix;
    // Both directions share the entries of the first that is asked for, but factors are made for one.
    if (known.has(other) && !factors) {
      parts.add('transposed');
      return (from, to) => `multiply_transposed(&${other}, ${from}, ${to});`;
    }
    parts.add('product');
    const multiply: CMap['call'] = (from, to) => `multiply(&${name}, ${from}, ${to});`;
    if (!factors || adjoint) {
      constants.push(cMatrix(name, matrix, adjoint));
      return multiply;
    }
    // Columns have the factors: they are the inputs' here.
    parts.add('diagonal');
    scaled = Math.max(scaled, matrix.cols);
    const each = Array.from({ length: matrix.cols }, (_, j) => cFloat(factors[j % factors.length]!));
    constants.push(cMatrix(name, plain, false) + cArray('float', `${name}_inputs`, each));
    return (from, to) => `scale_each(${name}_inputs, ${from}, scaled, ${matrix.cols});\n    ${multiply('scaled', to)}`;
  }

  function made(map: Param | undefined, base: string, adjoint: boolean, size: number): CMap['call'] {
    const pattern = map ? map.map!.pattern : operator.pattern(), turned = `${base}_transposed`;
    if (blocksOf(pattern)) {
      const matrix = map ? learntMatrix(map, net) : operatorMatrix(operator);
      return adjoint ? matrixCall(turned, base, matrix, true) : matrixCall(base, turned, matrix, false);
    }
    if (pattern.kind === 'diagonal' && pattern.basis === 'identity') {
      const values = map ? map.value : operator.weights!();
      if (values.every(value => value === 1)) {
        parts.add('combine');
        return (from, to) => `combine(1.0f, ${from}, 0.0f, ${from}, ${to}, ${size});`;
      }
      // Its own transpose.
      if (!known.has(adjoint ? base : turned)) constants.push(cArray('float', base, Array.from(values, cFloat)));
      parts.add('diagonal');
      return (from, to) => `scale_each(${base}, ${from}, ${to}, ${size});`;
    }
    if (map && !adjoint && hasKernels(pattern)) {
      parts.add('kernels');
      constants.push(cKernels(base, pattern, net.matrices.find(({ name }) => name === map.name), net.scale, map.value));
      return (from, to) => `convolve(&${base}, ${from}, ${to});`;
    }
    throw new TypeError(`compile: expected for C ${map ? map.name : 'an operator'} with entries on a dense, block or diagonal mask` +
      `${map ? ', or kernels past whose images there are zeros' : ''}, got ${map ? pattern.kind : operator.name}; a module takes more`);
  }

  return {
    constants, parts,
    get scaled() { return scaled; },
    mapOf(map, adjoint) {
      if (!map && !operator.weights) throw new TypeError(`compile: expected for C an operator that tells its entries, got ${operator.name}; a module takes more`);
      const base = map ? map.name.replace(/\W/g, '_') : 'A', name = adjoint ? `${base}_transposed` : base, found = known.get(name);
      if (found) return found;
      const { rows, cols } = matrixSize(map ? map.map!.pattern : operator.pattern()), size = adjoint ? cols : rows;
      const own = { call: made(map, base, adjoint, size), size };
      known.set(name, own);
      return own;
    },
  };
}
