import type { OneBitMatrix, Pattern } from '../../types.js';
import { isTernary, type SolverMatrix } from './solver.js';

const perLine = 8;

/** The shortest decimal that reads back as the same f32. */
export function cFloat(value: number): string {
  const float = Math.fround(value);
  for (let digits = 1; ; digits++) {
    const text = float.toPrecision(digits);
    if (Math.fround(Number(text)) === float) return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
  }
}

const cWord = (word: number): string => `0x${(word >>> 0).toString(16).padStart(8, '0')}u`;

/** A constant array of C, a few entries a line. */
export function cArray(type: string, name: string, entries: readonly string[], each = perLine): string {
  const lines: string[] = [];
  for (let at = 0; at < entries.length; at += each) lines.push(`    ${entries.slice(at, at + each).join(', ')}`);
  return `static const ${type} ${name}[] = {\n${lines.join(',\n')}\n};\n`;
}

const cStruct = (type: string, name: string, fields: Readonly<Record<string, string | number>>): string =>
  `static const struct ${type} ${name} = {${Object.entries(fields).map(([field, value]) => `.${field} = ${value}`).join(', ')}};\n`;

/**
 * A matrix as rows to be multiplied with a vector, and its blocks' table: as it is, or transposed. A row of signs starts with a
 * new word, bit 1 means minus, least significant bit first; where there are zeros, words of what is not zero come after all of them.
 */
export function cMatrix(name: string, matrix: SolverMatrix, transposed: boolean): string {
  const { blocks, weights, scale, factors } = matrix, kept: string[] = [], zeros = isTernary(matrix);
  const entries: string[] = [], starts = new Map<number, number>();
  let row = 0, col = 0;
  const table = blocks.map(({ rows, cols, first }) => {
    const [height, width] = transposed ? [cols, rows] : [rows, cols];
    const at = (i: number, j: number): number => weights[first + (transposed ? j * cols + i : i * cols + j)]!;
    if (!starts.has(first)) {
      starts.set(first, entries.length);
      for (let i = 0; i < height; i++)
        if (scale === undefined) for (let j = 0; j < width; j++) entries.push(cFloat(at(i, j)));
        else for (let j = 0; j < width; j += 32) {
          const bits = (isSet: (code: number) => boolean): string => {
            let word = 0;
            for (let bit = 0; bit < Math.min(32, width - j); bit++) if (isSet(at(i, j + bit))) word |= 1 << bit;
            return cWord(word);
          };
          entries.push(bits(code => code < 0));
          if (zeros) kept.push(bits(code => code !== 0));
        }
    }
    const line = `{${[height, width, starts.get(first), transposed ? row : col, transposed ? col : row].join(', ')}}`;
    row += rows;
    col += cols;
    return line;
  });
  const isFloat = scale === undefined;
  return cArray(isFloat ? 'float' : 'uint32_t', `${name}_entries`, entries) + cArray('struct block', `${name}_blocks`, table, 4) +
    (zeros ? cArray('uint32_t', `${name}_kept`, kept) : '') + (factors ? cArray('float', `${name}_factors`, Array.from(factors, cFloat)) : '') +
    cStruct('product', name, {
      [isFloat ? 'floats' : 'signs']: `${name}_entries`, scale: cFloat(scale ?? 1), blocks: `${name}_blocks`, count: blocks.length,
      ...(zeros && { kept: `${name}_kept` }), ...(factors && { factors: `${name}_factors`, period: factors.length }),
    });
}

/** Kernels of convolutions: codes as they are in a model, or floats. */
export function cKernels(name: string, pattern: Pattern & { kind: 'toeplitz' }, codes: OneBitMatrix | undefined, scale: number, floats: Float32Array): string {
  const { shape, support, origin, channels = { in: 1, out: 1 } } = pattern, plane = <T>(axes: readonly T[], first: T): [T, T] => (axes.length === 1 ? [first, axes[0]!] : [axes[0]!, axes[1]!]);
  const [height, width] = plane(shape, 1), [kh, kw] = plane(support, 1), [top, left] = plane(origin, 0);
  const arrays: string[] = [], fields: Record<string, string> = {};
  const add = (type: 'uint32_t' | 'float', field: string, values: Uint32Array | Float32Array | undefined): void => {
    if (!values) return;
    arrays.push(cArray(type, `${name}_${field}`, Array.from(values, type === 'float' ? cFloat : cWord)));
    fields[field] = `${name}_${field}`;
  };
  add('uint32_t', 'signs', codes?.signs);
  add('float', 'floats', codes ? undefined : floats);
  add('uint32_t', 'none', codes?.zeros);
  add('float', 'factors', codes?.rowScales);
  return arrays.join('') +
    cStruct('kernels', name, { ...fields, scale: cFloat(codes ? scale : 1), out: channels.out, in: channels.in, height, width, kh, kw, top, left });
}
