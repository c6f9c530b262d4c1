import { claimer, orFree } from './claim.js';
import { gemm, view } from './matrix.js';
import { free } from './memory.js';
import type { SpinCouplings } from './spins.js';
import { kernels } from './wasm.js';

export interface BifurcationStep {
  readonly dt: number;
  readonly pressure: number;
  /** What couplings and fields are multiplied by. */
  readonly strength: number;
  /** A part dt · heat of a velocity stays as it was, walls or not. */
  readonly heat: number;
  /** Couplings act on the signs of x, not on x. */
  readonly discrete: boolean;
}

/** Positions and velocities of `width` agents: those of agent a for spin i at i·width + a. */
export interface AgentBatch {
  readonly width: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Signs of x when `energies` was last called. */
  readonly signs: Float32Array;
  step(step: BifurcationStep): void;
  /** Σ h_i s_i + Σ_{i<j} J_ij s_i s_j for the signs of each agent: products in f32, their sum over i in f64. */
  energies(): Float64Array;
  release(): void;
}

/** Spins with couplings and fields in f32. */
export interface AgentSystem {
  /** Room for so many agents or a few more, all at x = y = 0. */
  batch(agents: number): AgentBatch;
  release(): void;
}

const claim = claimer('agentSystem');

interface Stored {
  /** to = J from, for `width` agents. */
  couple(from: Float32Array, to: Float32Array, width: number): void;
  release(): void;
}

function storeDense(n: number, values: Float64Array): Stored {
  const matrix = claim(n * n);
  matrix.set(values);
  return {
    couple(from, to, width) {
      if (n) gemm(view(matrix, n, n), view(from, n, width), view(to, n, width));
    },
    release: () => free(matrix),
  };
}

function storeSparse(n: number, { rowPtr, colIdx, values }: SpinCouplings & { kind: 'sparse' }): Stored {
  const pairs = claim(2 * values.length), offsets = new Int32Array(pairs.buffer, pairs.byteOffset, pairs.length);
  const room = orFree([pairs], () => claim(n + 1)), starts = new Int32Array(room.buffer, room.byteOffset, room.length);
  for (let k = 0; k < values.length; k++) {
    offsets[2 * k] = 4 * colIdx[k]!;
    pairs[2 * k + 1] = values[k]!;
  }
  for (let i = 0; i <= n; i++) starts[i] = pairs.byteOffset + 8 * rowPtr[i]!;
  return {
    couple: (from, to, width) => kernels.coupleAgents(room.byteOffset, from.byteOffset, to.byteOffset, n, width),
    release() {
      free(pairs);
      free(room);
    },
  };
}

/** Throws a RangeError where the kernels' memory is too small, as does `batch`. */
export function agentSystem(n: number, couplings: SpinCouplings, field: ArrayLike<number>): AgentSystem {
  const own = claim(n);
  const stored = orFree([own], () => (couplings.kind === 'dense' ? storeDense(n, couplings.values) : storeSparse(n, couplings)));
  own.set(field);
  return {
    batch(agents) {
      const width = Math.ceil(agents / 4) * 4, room = claim(width * (4 * n + 2));
      const part = (k: number): Float32Array => room.subarray(k * n * width, (k + 1) * n * width);
      const x = part(0), y = part(1), signs = part(2), force = part(3);
      const energies = new Float64Array(room.buffer, room.byteOffset + 16 * n * width, width);
      const takeSigns = (): void => kernels.agentSigns(x.byteOffset, signs.byteOffset, n, width);
      return {
        width, x, y, signs,
        step({ dt, pressure, strength, heat, discrete }) {
          if (discrete) takeSigns();
          stored.couple(discrete ? signs : x, force, width);
          kernels.bifurcate(x.byteOffset, y.byteOffset, force.byteOffset, own.byteOffset, n, width, dt, pressure - 1, strength, heat);
        },
        energies() {
          takeSigns();
          stored.couple(signs, force, width);
          kernels.agentEnergies(signs.byteOffset, force.byteOffset, own.byteOffset, n, width, energies.byteOffset);
          return energies.slice();
        },
        release: () => free(room),
      };
    },
    release() {
      stored.release();
      free(own);
    },
  };
}
