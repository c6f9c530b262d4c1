import type { OneBitNetwork, Shape } from '../../types.js';
import type { Precision } from '../../kernels/index.js';
import { kinds } from '../../kernels/signs.js';
import { drawnFrom } from './drawn.js';
import { layOut } from './image.js';
import { gaussian, runtime, wasmBase64 } from './parts.js';
import { solverOf } from './solver.js';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

const shape = (axes: Shape): string => `readonly [${axes.join(', ')}]`;

export interface ModuleOptions {
  readonly precision?: Precision;
  /** Draw Gaussian sensing matrices from their seeds when the module loads, instead of storing them. */
  readonly seeded?: boolean;
}

/**
 * A network as the text of an ES module without imports, and its types. The module's `reconstruct` gives the packed engine's numbers
 * to the bit. Throws a TypeError for networks other than gradient steps and soft thresholds on dense and block masks.
 */
export function compileModule(net: OneBitNetwork, { precision = 'standard', seeded = false }: ModuleOptions = {}): { module: string; types: string } {
  if (!Object.hasOwn(kinds, precision)) throw new RangeError(`compile: expected precision exact, standard or fast, got ${String(precision)}`);
  const solver = solverOf(net), { inShape, outShape, n, m, summary } = solver;
  const drawn = seeded ? drawnFrom(net.problem.operator, solver.A) : [], { image, spec } = layOut(solver, precision, drawn);
  return {
    module: `// ${summary}; precision ${precision}. Made by signfold compile.
const wasm = '${wasmBase64}';
const image = '${base64(image)}';
const spec = ${JSON.stringify(spec)};

${drawn.length ? gaussian : ''}${runtime}
export const inShape = [${inShape.join(', ')}], outShape = [${outShape.join(', ')}];
export const reconstruct = solver(wasm, image, spec${drawn.length ? ', gaussianEntries' : ''});
`,
    types: `// ${summary}; precision ${precision}. Made by signfold compile.
/** The shape of a signal x, ${n} numbers, and of a measurement y, ${m} numbers. */
export declare const inShape: ${shape(inShape)};
export declare const outShape: ${shape(outShape)};
/**
 * Signals from measurements, one after the other: ${n} numbers for each ${m} of y, in a new array or in \`out\`.
 * Throws a RangeError for other lengths and for numbers that are not finite.
 */
export declare function reconstruct(y: Float32Array, out?: Float32Array): Float32Array;
`,
  };
}
