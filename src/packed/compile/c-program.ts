import type { OneBitNetwork, Operation } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { cArray, cFloat } from './c-arrays.js';
import { cMaps, type CPartName } from './c-maps.js';

/** A network as C: constants, one line a call, the arrays that these use beside x and y, and the functions that they call. */
export interface CProgram {
  readonly constants: readonly string[];
  readonly lines: readonly string[];
  readonly arrays: ReadonlyMap<string, number>;
  readonly parts: ReadonlySet<CPartName>;
}

function refuse({ description: { preset, args }, problem: { prox } }: OneBitNetwork): never {
  const [kind, start] = [args['coupling'] ?? args['dataStep'], args['start'] === 'linear' ? ' from a linear start' : ''];
  throw new TypeError('compile: expected for C gradient steps, LISTA\'s own form, ADMM with a learnt W or ISTA-Net, and the prox l1, ' +
    `got ${preset}${kind === undefined ? '' : ` ${String(kind)}`}${start}, prox ${prox.name}; a module takes more networks`);
}

/** Throws a TypeError of one line for what has no loops in C. */
export function cProgram(net: OneBitNetwork): CProgram {
  const { operator } = net.problem, maps = cMaps(net), lines: string[] = [], biases: string[] = [], own = new Set<CPartName>();
  const arrays = new Map<string, number>(), sizes = new Map([['y', sizeOf(operator.outShape)], ['x', sizeOf(operator.inShape)]]);
  // What is in none of these is zero.
  const written = new Set(['y']);
  const write = (name: string, size: number): void => {
    sizes.set(name, size);
    written.add(name);
    if (name !== 'x') arrays.set(name, Math.max(size, arrays.get(name) ?? 0));
  };

  /** Zeros; a constant would become a call of memset. */
  function fill(name: string, size: number): void {
    write(name, size);
    lines.push(`for (uint32_t j = 0; j < ${size}; j++)`, `    ${name}[j] = y[0] - y[0];`);
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
    own.add('combine');
    lines.push(`combine(${cFloat(first![0])}, ${first![1]}, ${cFloat(second[0])}, ${second[1]}, ${to}, ${size});`);
  }

  function emit(operation: Operation): void {
    if (operation.kind === 'combine') return combine(operation.a, operation.x, operation.b, operation.z, operation.to);
    if (operation.kind === 'rectify') {
      if (!written.has(operation.at)) return;
      own.add('rectify');
      lines.push(`rectify(${operation.at}, ${sizes.get(operation.at)!});`);
      return;
    }
    if (operation.kind === 'bias') {
      const { bias: { value }, places, at } = operation, name = `bias_${biases.length}`;
      if (!written.has(at)) fill(at, value.length * places);
      own.add('bias');
      biases.push(cArray('float', name, Array.from(value, cFloat)));
      lines.push(`add_bias(${name}, ${at}, ${value.length}, ${places});`);
      return;
    }
    const { from, to } = operation;
    if (!written.has(from)) {
      written.delete(to);
      return;
    }
    if (operation.kind === 'product') {
      const { call, size } = maps.mapOf(operation.map, operation.adjoint);
      write(to, size);
      lines.push(call(from, to));
      return;
    }
    const { theta, keep } = operation, size = sizes.get(from)!;
    write(to, size);
    own.add('soft');
    lines.push(`soft(${from}, ${cFloat(theta)}, ${to}, ${size});`);
    if (!keep) return;
    own.add('select');
    write('magnitudes', size);
    lines.push(`pass_largest(${from}, ${to}, ${cFloat(theta)}, ${keep}, magnitudes, ${size});`);
  }

  if (net.layers.some(({ operations }) => !operations)) return refuse(net);
  for (const { name, operations } of net.layers) {
    lines.push(`/* ${name.replace(/[^\w. -]/g, ' ')} */`);
    operations!().forEach(emit);
  }
  if (!written.has('x')) fill('x', sizes.get('x')!);
  if (maps.scaled) arrays.set('scaled', maps.scaled);
  return { constants: [...maps.constants, ...biases], lines, arrays, parts: new Set([...own, ...maps.parts]) };
}
