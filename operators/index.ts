import type { LinearOperator, OperatorDescription, Shape } from '../src/types.js';
import { sizeOf, tensor } from '../src/core/array.js';
import { blockDiagonal, compose, kroneckerIdentity, scale, stack, sum, transpose } from '../src/core/combine.js';
import { imageBlocks } from './blocks.js';
import { convolution } from './convolution.js';
import { dct } from './dct.js';
import { diagonal } from './diagonal.js';
import { difference } from './difference.js';
import { fourier } from './fourier.js';
import { hadamard } from './hadamard.js';
import { identity } from './identity.js';
import { gaussian, matrix, orthonormal, rademacher } from './matrix.js';
import { radon } from './radon.js';
import { rampFilter } from './ramp-filter.js';
import { restriction } from './restriction.js';
import { wavelet } from './wavelet.js';

export { imageBlocks } from './blocks.js';
export { gaussianKernel, motionKernel, uniformKernel } from './blur.js';
export { convolution, type ConvolutionOptions } from './convolution.js';
export { dct } from './dct.js';
export { diagonal } from './diagonal.js';
export { difference } from './difference.js';
export { fourier, type FourierOptions } from './fourier.js';
export { hadamard } from './hadamard.js';
export { identity } from './identity.js';
export { gaussian, matrix, orthonormal, rademacher } from './matrix.js';
export { radon } from './radon.js';
export { rampFilter } from './ramp-filter.js';
export { resized } from './resized.js';
export { restriction } from './restriction.js';
export { cartesianMask, maskFrom, radialMask, randomMask, type SamplingMask } from './sampling.js';
export { wavelet } from './wavelet.js';

/** How many numbers all operators of one description may hold or work on, and how deep it may nest: a file is not trusted. */
const maxEntries = 2 ** 28, maxDepth = 32, maxCopies = 2 ** 20;

/** Numbers that a fast transform works on for each entry of its signals: complex, in f64, twice. */
const transformWork = 8;

/** Numbers that a projector holds and sorts for each ray and line of pixels. */
const radonWork = 12;

/** Its kernel takes two transforms in f64 by plain JavaScript, and three further arrays. */
const rampWork = 128;

/** Multiplications of Gram–Schmidt take a sixteenth of the time of a drawn entry, or less. */
const orthonormalWork = 1 / 16;

interface Budget { left: number; depth: number }

/** Reads the arguments of a description that may be hostile: each must be there, of the right type, and within the budget. */
function reader({ kind, args, arrays, parts }: OperatorDescription, budget: Budget) {
  const fail = (name: string, expected: string, value: unknown): never => {
    throw new RangeError(`operator ${kind}: expected ${name} to be ${expected}, got ${JSON.stringify(value)?.slice(0, 60)}`);
  };
  const spend = (name: string, entries: number): void => {
    if (!(entries >= 0 && entries <= budget.left)) fail(name, `such that all operators have at most ${maxEntries} entries`, args[name]);
    budget.left -= entries;
  };
  const integers = (name: string): number[] => {
    const value = args[name];
    return Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && n >= 0) ? (value as number[]) : fail(name, 'a list of integers', value);
  };
  return {
    integer(name: string, work = 0): number {
      const value = args[name] as number;
      if (!Number.isSafeInteger(value) || value > maxEntries) fail(name, 'an integer', value);
      spend(name, work * value);
      return value;
    },
    number(name: string): number {
      const value = args[name];
      return typeof value === 'number' && Number.isFinite(value) ? value : fail(name, 'a number', value);
    },
    integers,
    numbers(name: string): number[] {
      const value = args[name];
      return Array.isArray(value) && value.every(Number.isFinite) ? (value as number[]) : fail(name, 'a list of numbers', value);
    },
    text: (name: string): string => (typeof args[name] === 'string' ? args[name] : fail(name, 'a name', args[name])),
    spend,
    shape(name: string, work = 1): Shape {
      const value = integers(name);
      if (!(value.length > 0 && value.length <= 4 && sizeOf(value) > 0)) fail(name, 'a shape', value);
      spend(name, work * sizeOf(value));
      return value;
    },
    flag: (name: string): boolean => (typeof args[name] === 'boolean' ? (args[name] as boolean) : fail(name, 'true or false', args[name])),
    choice<const T extends string>(name: string, choices: readonly T[]): T {
      return choices.find(choice => choice === args[name]) ?? fail(name, choices.join(' or '), args[name]);
    },
    array(name: string, length: number): Float32Array {
      const value = arrays && Object.hasOwn(arrays, name) ? arrays[name] : undefined;
      return value instanceof Float32Array && value.length === length ? value
        : fail(name, `${length} float32 numbers`, value instanceof Float32Array ? value.length : typeof value);
    },
    matrixSize(): [number, number] {
      const rows = args['rows'] as number, cols = args['cols'] as number;
      const fits = Number.isSafeInteger(rows) && Number.isSafeInteger(cols) && rows > 0 && cols > 0 && rows * cols <= maxEntries;
      if (!fits) fail('rows × cols', `a size of at most ${maxEntries} entries`, [rows, cols]);
      spend('rows', rows * cols);
      return [rows, cols];
    },
    copies(A: LinearOperator): number {
      const count = args['count'] as number;
      if (!Number.isSafeInteger(count) || count < 1 || count > maxCopies) fail('count', `from 1 to ${maxCopies}`, count);
      spend('count', count * (sizeOf(A.inShape) + sizeOf(A.outShape)));
      return count;
    },
    parts(count?: number): LinearOperator[] {
      if (!Array.isArray(parts) || !parts.length || (count !== undefined && parts.length !== count))
        fail('parts', `${count ?? 'some'} operators`, parts?.length ?? 0);
      const inner = { left: budget.left, depth: budget.depth + 1 }, built = parts!.map(part => build(part, inner));
      budget.left = inner.left;
      return built;
    },
  };
}

type Reader = ReturnType<typeof reader>;

const builders: Readonly<Record<string, (read: Reader, description: OperatorDescription) => LinearOperator>> = {
  'matrix': read => { const size = read.matrixSize(); return matrix(tensor(read.array('data', size[0] * size[1]), size)); },
  'gaussian': read => gaussian(...read.matrixSize(), { seed: read.integer('seed') }),
  'rademacher': read => rademacher(...read.matrixSize(), { seed: read.integer('seed') }),
  'orthonormal': read => {
    const [rows, cols] = read.matrixSize();
    read.spend('rows', orthonormalWork * rows * rows * cols);
    return orthonormal(rows, cols, { seed: read.integer('seed') });
  },
  'hadamard': read => hadamard(read.integer('rows'), read.integer('n', transformWork), { seed: read.integer('seed') }),
  'convolution': read => {
    const support = read.shape('support');
    const method = read.choice('method', ['direct', 'fft']), boundary = read.choice('boundary', ['circular', 'zero', 'reflect']);
    const shape = read.shape('shape', method === 'fft' ? transformWork : 1);
    return convolution(tensor(read.array('kernel', sizeOf(support)), support), shape, { boundary, method, origin: read.integers('origin') });
  },
  'fourier': (read, { arrays }) => {
    const shape = read.shape('shape', transformWork);
    const mask = arrays && 'mask' in arrays ? { mask: tensor(read.array('mask', sizeOf(shape)), shape) } : {};
    return fourier(shape, { ...mask, complexInput: read.flag('complexInput') });
  },
  'identity': read => identity(read.shape('shape')),
  'diagonal': read => { const shape = read.shape('shape'); return diagonal(tensor(read.array('weights', sizeOf(shape)), shape)); },
  'restriction': read => restriction(read.shape('shape'), read.integers('indices')),
  'difference': read => difference(read.shape('shape'), { axis: read.integer('axis'), boundary: read.choice('boundary', ['circular', 'reflect']) }),
  'dct': read => dct(read.shape('shape', transformWork)),
  'wavelet': read => wavelet(read.shape('shape', transformWork), { name: read.text('name'), levels: read.integer('levels') }),
  'image-blocks': read => {
    const shape = read.shape('shape', transformWork), size = read.integer('size');
    read.spend('size', shape.reduce((padded, n) => padded * Math.ceil(n / size) * size, 1));
    return imageBlocks(shape, size);
  },
  'radon': read => {
    const [n, width] = read.shape('shape') as [number, number], angles = read.numbers('angles'), detectors = read.integer('detectors');
    read.spend('detectors', radonWork * angles.length * detectors * n);
    return radon([n, width], { angles, detectors });
  },
  'ramp-filter': read => {
    const angles = read.integer('angles'), detectors = read.integer('detectors');
    read.spend('detectors', (rampWork + transformWork * angles) * Math.max(64, 4 * detectors));
    return rampFilter([angles, detectors], { root: read.flag('root') });
  },
  'compose': read => { const [A, B] = read.parts(2); return compose(A!, B!); },
  'sum': read => { const [A, B] = read.parts(2); return sum(A!, B!); },
  'scale': read => scale(read.number('factor'), read.parts(1)[0]!),
  'transpose': read => transpose(read.parts(1)[0]!),
  'stack': read => stack(read.parts()),
  'block-diagonal': read => blockDiagonal(read.parts()),
  'kronecker-identity': read => { const [A] = read.parts(1); return kroneckerIdentity(read.copies(A!), A!); },
};

/** Kinds that a description, and so a model file, can name. */
export const operatorNames: readonly string[] = Object.keys(builders);

function build(description: OperatorDescription, budget: Budget): LinearOperator {
  if (budget.depth > maxDepth) throw new RangeError(`operator: expected at most ${maxDepth} levels of parts, got more`);
  const { kind, args } = description ?? {}, known = typeof kind === 'string' && Object.hasOwn(builders, kind) ? builders[kind] : undefined;
  if (!known) throw new RangeError(`operator: expected one of ${operatorNames.join(', ')}, got ${JSON.stringify(kind)?.slice(0, 60)}`);
  if (typeof args !== 'object' || !args) throw new RangeError(`operator ${kind}: expected its arguments, got ${JSON.stringify(args)?.slice(0, 60)}`);
  return known(reader(description, budget), description);
}

/** Rebuilds the operator that describe() told of. Throws a RangeError for an unknown kind or arguments that do not fit. */
export const fromDescription = (description: OperatorDescription): LinearOperator => build(description, { left: maxEntries, depth: 0 });
