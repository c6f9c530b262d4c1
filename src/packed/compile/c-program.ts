import type { OneBitNetwork, Operation, Param, Pattern } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { matrixSize } from '../../core/pattern.js';
import { blocksOf } from '../../kernels/products.js';
import { cArray, cFloat, cKernels, cMatrix } from './c-arrays.js';
import type { cParts } from './c-runtime.js';
import { learntMatrix, operatorMatrix } from './solver.js';

/** A network as C: constants, one line a call, the arrays that these use beside x and y, and the functions that they call. */
export interface CProgram {
  readonly constants: readonly string[];
  readonly lines: readonly string[];
  readonly arrays: ReadonlyMap<string, number>;
  readonly parts: ReadonlySet<keyof typeof cParts>;
}

const hasKernels = (pattern: Pattern): pattern is Pattern & { kind: 'toeplitz' } =>
  pattern.kind === 'toeplitz' && pattern.boundary === 'zero' && pattern.shape.length <= 2 && pattern.origin.every((o, axis) => o >= 0 && o < pattern.support[axis]!);

function refuse({ description: { preset, args }, problem: { prox } }: OneBitNetwork): never {
  const [kind, start] = [args['coupling'] ?? args['dataStep'], args['start'] === 'linear' ? ' from a linear start' : ''];
  throw new TypeError('compile: expected for C gradient steps, LISTA\'s own form, ADMM with a learnt W or ISTA-Net, and the prox l1, ' +
    `got ${preset}${kind === undefined ? '' : ` ${String(kind)}`}${start}, prox ${prox.name}; a module takes more networks`);
}

/** Throws a TypeError of one line for what has no loops in C. */
export function cProgram(net: OneBitNetwork): CProgram {
  const { operator } = net.problem, constants: string[] = [], lines: string[] = [], parts = new Set<keyof typeof cParts>();
  const arrays = new Map<string, number>(), sizes = new Map([['y', sizeOf(operator.outShape)], ['x', sizeOf(operator.inShape)]]);
  // What is in none of these is zero.
  const written = new Set(['y']), calls = new Map<string, { readonly call: (from: string, to: string) => string; readonly size: number }>();
  const write = (name: string, size: number): void => {
    sizes.set(name, size);
    written.add(name);
    if (name !== 'x') arrays.set(name, Math.max(size, arrays.get(name) ?? 0));
  };

  function mapOf(map: Param | undefined, adjoint: boolean) {
    if (!map && !operator.weights) throw new TypeError(`compile: expected for C an operator that tells its entries, got ${operator.name}; a module takes more`);
    const pattern = map ? map.map!.pattern : operator.pattern(), { rows, cols } = matrixSize(pattern), size = adjoint ? cols : rows;
    // A diagonal is its own transpose.
    const turned = adjoint && pattern.kind !== 'diagonal', name = `${map ? map.name.replace(/\W/g, '_') : 'A'}${turned ? '_transposed' : ''}`, known = calls.get(name);
    if (known) return known;
    const add = (part: keyof typeof cParts, constant: string, call: (from: string, to: string) => string) => {
      parts.add(part);
      constants.push(constant);
      const made = { call, size };
      calls.set(name, made);
      return made;
    };
    if (blocksOf(pattern)) {
      const { factors, ...matrix } = map ? learntMatrix(map, net) : operatorMatrix(operator), multiply = (from: string, to: string): string => `multiply(&${name}, ${from}, ${to});`;
      if (!factors || adjoint) return add('product', cMatrix(name, { ...matrix, ...(factors && { factors }) }, adjoint), multiply);
      // Columns have the factors: they are the inputs' here.
      parts.add('diagonal');
      arrays.set('scaled', Math.max(cols, arrays.get('scaled') ?? 0));
      const each = Array.from({ length: cols }, (_, j) => cFloat(factors[j % factors.length]!));
      return add('product', cMatrix(name, matrix, false) + cArray('float', `${name}_inputs`, each),
        (from, to) => `scale_each(${name}_inputs, ${from}, scaled, ${cols});\n    ${multiply('scaled', to)}`);
    }
    if (pattern.kind === 'diagonal' && pattern.basis === 'identity')
      return add('diagonal', cArray('float', name, Array.from(map ? map.value : operator.weights!(), cFloat)), (from, to) => `scale_each(${name}, ${from}, ${to}, ${size});`);
    if (map && !adjoint && hasKernels(pattern)) {
      const codes = net.matrices.find(matrix => matrix.name === map.name);
      return add('kernels', cKernels(name, pattern, codes, net.scale, map.value), (from, to) => `convolve(&${name}, ${from}, ${to});`);
    }
    throw new TypeError(`compile: expected for C ${map ? map.name : 'an operator'} with entries on a dense, block or identity mask` +
      `${map ? ', or kernels past whose images there are zeros' : ''}, got ${map ? pattern.kind : operator.name}; a module takes more`);
  }

  function combine(a: number, x: string, b: number, z: string, to: string): void {
    const terms = [[a, x], [b, z]].filter(([factor, name]) => factor !== 0 && written.has(name as string)) as [number, string][];
    if (!terms.length) {
      written.delete(to);
      return;
    }
    if (terms.length === 1 && terms[0]![0] === 1 && terms[0]![1] === to) return;
    const [first, second = [0, first![1]]] = terms, size = sizes.get(first![1])!;
    write(to, size);
    parts.add('combine');
    lines.push(`combine(${cFloat(first![0])}, ${first![1]}, ${cFloat(second[0])}, ${second[1]}, ${to}, ${size});`);
  }

  function emit(operation: Operation): void {
    if (operation.kind === 'combine') return combine(operation.a, operation.x, operation.b, operation.z, operation.to);
    if (operation.kind === 'rectify') {
      if (!written.has(operation.at)) return;
      parts.add('rectify');
      lines.push(`rectify(${operation.at}, ${sizes.get(operation.at)!});`);
      return;
    }
    const { from, to } = operation;
    if (!written.has(from)) {
      written.delete(to);
      return;
    }
    if (operation.kind === 'product') {
      const { call, size } = mapOf(operation.map, operation.adjoint);
      write(to, size);
      lines.push(call(from, to));
      return;
    }
    const { theta, keep } = operation, size = sizes.get(from)!;
    write(to, size);
    parts.add('soft');
    lines.push(`soft(${from}, ${cFloat(theta)}, ${to}, ${size});`);
    if (!keep) return;
    parts.add('select');
    write('magnitudes', size);
    lines.push(`pass_largest(${from}, ${to}, ${cFloat(theta)}, ${keep}, magnitudes, ${size});`);
  }

  if (net.layers.some(({ operations }) => !operations)) return refuse(net);
  for (const { name, operations } of net.layers) {
    lines.push(`/* ${name.replace(/[^\w. -]/g, ' ')} */`);
    operations!().forEach(emit);
  }
  // A constant would become a call of memset.
  if (!written.has('x')) lines.push(`for (uint32_t j = 0; j < ${sizes.get('x')!}; j++)`, '    x[j] = y[0] - y[0];');
  return { constants, lines, arrays, parts };
}
