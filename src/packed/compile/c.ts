import type { OneBitNetwork } from '../../types.js';
import { sizeOf } from '../../core/array.js';
import { cProgram } from './c-program.js';
import { cParts } from './c-runtime.js';
import { summaryOf } from './solver.js';

export interface CNames {
  /** What the function's and the macros' names begin with. */
  readonly name: string;
  /** The header's file name. */
  readonly header?: string;
}

/**
 * A network as one C99 source and its header: f32, static memory alone, nothing of the C library. It is not reentrant.
 * Throws a TypeError for networks whose layers or operator have no loops in C: proximal data steps, other proxes than l1, structured operators.
 */
export function compileC(net: OneBitNetwork, { name, header = `${name}.h` }: CNames): { source: string; header: string } {
  if (!/^[A-Za-z]\w*$/.test(name)) throw new RangeError(`compile: expected a C identifier that begins with a letter, got ${JSON.stringify(name)}`);
  const { inShape, outShape } = net.problem.operator, { constants, lines, arrays, parts } = cProgram(net), macro = name.toUpperCase();
  const about = `/* ${summaryOf(net).replace(/×/g, 'x').replace(/[^ -~]/g, ' ')}. Made by signfold compile. */`, bytes = 4 * [...arrays.values()].reduce((sum, size) => sum + size, 0), used = Object.entries(cParts).filter(([part]) => parts.has(part as keyof typeof cParts)).map(([, part]) => part);
  const scratch = [...arrays].map(([own, size]) => `${own}[${size}]`).join(', ');
  return {
    source: `${about}
#include "${header}"

#include <stdint.h>

${used.flatMap(({ type }) => type ?? []).join('\n')}
${constants.join('\n')}
${used.map(({ code }) => code).join('\n')}
void ${name}_reconstruct(const float *restrict y, float *restrict x)
{
${scratch && `    static float ${scratch};\n`}${lines.map(line => `    ${line}`).join('\n')}
}
`,
    header: `${about}
#ifndef ${macro}_H
#define ${macro}_H

/* Numbers in a measurement y and in a signal x. */
#define ${macro}_MEASUREMENTS ${sizeOf(outShape)}
#define ${macro}_UNKNOWNS ${sizeOf(inShape)}

#ifdef __cplusplus
extern "C" {
#endif

/* x from y, which must not overlap; takes finite numbers. Keeps ${bytes} bytes of scratch in static memory: one call at a time. */
void ${name}_reconstruct(const float *y, float *x);

#ifdef __cplusplus
}
#endif

#endif
`,
  };
}
