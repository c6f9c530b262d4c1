import { fromTriplets, type QuadraticModel } from './model.js';

export interface PalubeckisInstance {
  readonly name: string;
  readonly n: number;
  /** Per cent of all pairs. */
  readonly density: number;
  readonly seed: number;
  /** The largest known value of xᵀQx. */
  readonly best: number;
}

/** Palubeckis' large dense problems (2004), which are drawn, not stored. */
export const palubeckisInstances: readonly PalubeckisInstance[] = [
  { name: 'p3000-1', n: 3000, density: 50, seed: 31000, best: 3931583 },
  { name: 'p3000-2', n: 3000, density: 80, seed: 32000, best: 5193073 },
  { name: 'p3000-3', n: 3000, density: 80, seed: 33000, best: 5111533 },
  { name: 'p3000-4', n: 3000, density: 100, seed: 34000, best: 5761822 },
  { name: 'p3000-5', n: 3000, density: 100, seed: 35000, best: 5675625 },
  { name: 'p4000-1', n: 4000, density: 50, seed: 41000, best: 6181830 },
  { name: 'p4000-2', n: 4000, density: 80, seed: 42000, best: 7801355 },
  { name: 'p4000-3', n: 4000, density: 80, seed: 43000, best: 7741685 },
  { name: 'p4000-4', n: 4000, density: 100, seed: 44000, best: 8711822 },
  { name: 'p4000-5', n: 4000, density: 100, seed: 45000, best: 8908979 },
  { name: 'p5000-1', n: 5000, density: 50, seed: 51000, best: 8559680 },
  { name: 'p5000-2', n: 5000, density: 80, seed: 52000, best: 10836019 },
  { name: 'p5000-3', n: 5000, density: 80, seed: 53000, best: 10489137 },
  { name: 'p5000-4', n: 5000, density: 100, seed: 54000, best: 12252318 },
  { name: 'p5000-5', n: 5000, density: 100, seed: 55000, best: 12731803 },
  { name: 'p6000-1', n: 6000, density: 50, seed: 61000, best: 11384976 },
  { name: 'p6000-2', n: 6000, density: 80, seed: 62000, best: 14333855 },
  { name: 'p6000-3', n: 6000, density: 100, seed: 64000, best: 16132915 },
  { name: 'p7000-1', n: 7000, density: 50, seed: 71000, best: 14478676 },
  { name: 'p7000-2', n: 7000, density: 80, seed: 72000, best: 18249948 },
  { name: 'p7000-3', n: 7000, density: 100, seed: 74000, best: 20446407 },
];

/** The congruential generator of these instances: s ← 16807 s mod (2³¹ − 1), numbers s / 2³¹. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (16807 * state) % 2147483647;
    return state / 2147483648;
  };
}

/** −xᵀQx with whole coefficients from −100 to 100, every pair counted twice: to be minimised. */
export function palubeckis({ n, density, seed }: PalubeckisInstance): QuadraticModel {
  const next = generator(seed), linear = new Float64Array(n), drawn = Math.ceil(n * n / 2);
  const rows = new Uint16Array(drawn), cols = new Uint16Array(drawn), values = new Int16Array(drawn);
  let count = 0;
  const coefficient = (): number => Math.floor(201 * next() - 100);
  for (let i = 0; i < n; i++) {
    linear[i] = -coefficient();
    for (let j = i + 1; j < n; j++) if (100 * next() <= density) {
      rows[count] = i; cols[count] = j;
      values[count++] = -2 * coefficient();
    }
  }
  return fromTriplets(n, { rows: rows.subarray(0, count), cols: cols.subarray(0, count), values: values.subarray(0, count) }, { linear });
}
