import type { OneBitNetwork, Shape } from '../../types.js';
import type { Precision } from '../../kernels/index.js';
import { sizeOf } from '../../core/array.js';
import { kinds } from '../../kernels/signs.js';
import { decodeModel, encodeModel } from '../model.js';
import { isRebuilt } from '../rebuilt.js';
import { drawnFrom } from './drawn.js';
import { layOut } from './image.js';
import { engine, gaussian, runtime, wasmBase64 } from './parts.js';
import { isSolver, solverOf, summaryOf } from './solver.js';

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

/** A list of gradient steps on its own few kernels, and how it is called. */
function ownKernels(net: OneBitNetwork, precision: Precision, seeded: boolean): [text: string, call: string] {
  const solver = solverOf(net), drawn = seeded ? drawnFrom(net.problem.operator, solver.A) : [], { image, spec } = layOut(solver, precision, drawn);
  return [`const wasm = '${wasmBase64}';
const image = '${base64(image)}';
const spec = ${JSON.stringify(spec)};

${drawn.length ? gaussian : ''}${runtime}`, `solver(wasm, image, spec${drawn.length ? ', gaussianEntries' : ''})`];
}

/** Whether reading a model file back gives the network that was written. */
function isReadBack(net: OneBitNetwork, model: Uint8Array): boolean {
  try {
    return isRebuilt(net, decodeModel(model).net);
  } catch {
    // A prox that nobody knows by its name.
    return false;
  }
}

/** Any other network: the packed engine and a model file, which holds seeds and not what is drawn from them. */
function wholeEngine(net: OneBitNetwork, precision: Precision): [text: string, call: string] {
  const model = encodeModel(net);
  if (!isReadBack(net, model))
    throw new TypeError(`compile: ${net.description.preset} with the prox ${net.problem.prox.name} cannot be rebuilt from its description`);
  return [`const model = '${base64(model)}';\n${engine}`, `engine.solver(model, '${precision}')`];
}

/**
 * A network as the text of an ES module without imports, and its types. The module's `reconstruct` gives the packed engine's numbers
 * to the bit. Gradient steps and soft thresholds on dense and block masks take a few kernels; for other networks the module holds the whole
 * engine. Throws a TypeError for those that their description does not tell: an operator written by hand, a prox or layers of the user's own.
 */
export function compileModule(net: OneBitNetwork, { precision = 'standard', seeded = false }: ModuleOptions = {}): { module: string; types: string } {
  if (!Object.hasOwn(kinds, precision)) throw new RangeError(`compile: expected precision exact, standard or fast, got ${String(precision)}`);
  const { operator: { inShape, outShape } } = net.problem, n = sizeOf(inShape), m = sizeOf(outShape), summary = summaryOf(net);
  const [text, call] = isSolver(net) ? ownKernels(net, precision, seeded) : wholeEngine(net, precision);
  return {
    module: `// ${summary}; precision ${precision}. Made by signfold compile.
${text}
export const inShape = [${inShape.join(', ')}], outShape = [${outShape.join(', ')}];
export const reconstruct = ${call};
`,
    types: `// ${summary}; precision ${precision}. Made by signfold compile.
/** The shape of a signal x, ${n} numbers, and of a measurement y, ${m} numbers. */
export declare const inShape: ${shape(inShape)};
export declare const outShape: ${shape(outShape)};
/**
 * Signals from measurements, one after the other: ${n} numbers for each ${m} of y, in a new array or in \`out\`.
 * \`out\` must not overlap y. Throws a RangeError for other lengths and for numbers that are not finite.
 */
export declare function reconstruct(y: Float32Array, out?: Float32Array): Float32Array;
`,
  };
}
