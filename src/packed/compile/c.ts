import type { OneBitNetwork } from '../../types.js';
import { cArray, cFloat, cMatrix } from './c-arrays.js';
import { cReconstruct } from './c-reconstruct.js';
import { cLoops, cTypes } from './c-runtime.js';
import { refusal, solverOf, summaryOf, type SolverMatrix } from './solver.js';

export interface CNames {
  /** What the function's and the macros' names begin with. */
  readonly name: string;
  /** The header's file name. */
  readonly header?: string;
}

/**
 * A network as one C99 source and its header: f32, static memory alone, nothing of the C library. It is not reentrant.
 * Throws a TypeError for networks other than gradient steps and soft thresholds on dense and block masks.
 */
export function compileC(net: OneBitNetwork, { name, header = `${name}.h` }: CNames): { source: string; header: string } {
  if (!/^[A-Za-z]\w*$/.test(name)) throw new RangeError(`compile: expected a C identifier that begins with a letter, got ${JSON.stringify(name)}`);
  const reason = refusal(net);
  if (reason) throw new TypeError(`compile: ${reason}; an ES module takes every network`);
  const { n, m, A, steps } = solverOf(net), macro = name.toUpperCase();
  const about = `/* ${summaryOf(net)}. Made by signfold compile. */`;
  const backs = new Map<SolverMatrix, string>();
  for (const { W } of steps) if (!backs.has(W)) backs.set(W, W === A ? 'A_transposed' : `W${backs.size}_transposed`);
  return {
    source: `${about}
#include "${header}"

#include <stdint.h>

enum { M = ${m}, N = ${n}, LAYERS = ${steps.length} };

${cTypes}
${cMatrix('A', A, false)}
${[...backs].map(([W, own]) => cMatrix(own, W, true)).join('\n')}
${cArray('struct step', 'steps', steps.map(({ W, eta, theta, keep }) => `{&${backs.get(W)}, ${cFloat(eta)}, ${cFloat(theta)}, ${keep}}`), 1)}
${cLoops}
${cReconstruct(name, steps.some(({ keep }) => keep))}`,
    header: `${about}
#ifndef ${macro}_H
#define ${macro}_H

/* Numbers in a measurement y and in a signal x. */
#define ${macro}_MEASUREMENTS ${m}
#define ${macro}_UNKNOWNS ${n}

#ifdef __cplusplus
extern "C" {
#endif

/* x from y, which must not overlap; takes finite numbers. Keeps its scratch in static memory: one call at a time. */
void ${name}_reconstruct(const float *y, float *x);

#ifdef __cplusplus
}
#endif

#endif
`,
  };
}
