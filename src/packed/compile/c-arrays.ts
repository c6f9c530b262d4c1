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
  const [type, own] = scale === undefined ? ['float', `0, ${name}_entries`] : ['uint32_t', `${name}_entries, 0`];
  return cArray(type, `${name}_entries`, entries) + cArray('struct block', `${name}_blocks`, table, 4) +
    (zeros ? cArray('uint32_t', `${name}_kept`, kept) : '') + (factors ? cArray('float', `${name}_factors`, Array.from(factors, cFloat)) : '') +
    `static const struct product ${name} = {${own}, ${cFloat(scale ?? 1)}, ${name}_blocks, ${blocks.length}, ` +
    `${zeros ? `${name}_kept` : '0'}, ${factors ? `${name}_factors, ${factors.length}` : '0, 1'}};\n`;
}

/** Kernels of convolutions: codes as they are in a model, or floats. */
export function cKernels(name: string, pattern: Pattern & { kind: 'toeplitz' }, codes: OneBitMatrix | undefined, scale: number, floats: Float32Array): string {
  const { shape, support, origin, channels = { in: 1, out: 1 } } = pattern, flat = shape.length === 1;
  const sizes = [channels.out, channels.in, ...(flat ? [1, shape[0], 1, support[0], 0, origin[0]] : [...shape, ...support, ...origin])];
  const words = (ending: string, bits: Uint32Array | undefined): [array: string, at: string] =>
    (bits ? [cArray('uint32_t', `${name}_${ending}`, Array.from(bits, cWord)), `${name}_${ending}`] : ['', '0']);
  const numbers = (ending: string, values: Float32Array | undefined): [array: string, at: string] =>
    (values ? [cArray('float', `${name}_${ending}`, Array.from(values, cFloat)), `${name}_${ending}`] : ['', '0']);
  const parts = [words('signs', codes?.signs), numbers('floats', codes ? undefined : floats), words('none', codes?.zeros), numbers('factors', codes?.rowScales)];
  const [signs, own, none, factors] = parts.map(([, at]) => at);
  return `${parts.map(([array]) => array).join('')}static const struct kernels ${name} = {${signs}, ${own}, ${cFloat(codes ? scale : 1)}, ${none}, ${factors}, ${sizes.join(', ')}};\n`;
}
