import type { Row } from '../tasks/rows.js';
import { type Measured, moments } from './numbers.js';

/** How a method's weights came to be; colour, mark and name are the same in the table and in every plot. */
export interface Family {
  readonly name: string;
  readonly colour: string;
  /** An SVG path in the square from −1 to 1. */
  readonly mark: string;
}

const circle = 'M-0.9,0A0.9,0.9,0,1,1,0.9,0A0.9,0.9,0,1,1,-0.9,0Z';
const square = 'M-0.8,-0.8H0.8V0.8H-0.8Z';
const diamond = 'M0,-1.1L1.1,0L0,1.1L-1.1,0Z';
const triangle = 'M0,-1L1.05,0.85H-1.05Z';
const nabla = 'M0,1L1.05,-0.85H-1.05Z';
const cross = 'M-0.35,-1H0.35V-0.35H1V0.35H0.35V1H-0.35V0.35H-1V-0.35H-0.35Z';

const family = (name: string, colour: string, mark: string): Family => ({ name, colour: `var(--${colour})`, mark });

export const families = {
  trained: family('one bit, trained as signs', 'trained', circle),
  rounded: family('one bit, rounded after training', 'rounded', triangle),
  searched: family('one bit, by QUBO or quantum circuit', 'searched', diamond),
  wider: family('more than one bit (zeros, a scale per channel)', 'wider', nabla),
  float: family('float weights', 'float', square),
  classical: family('classical solver or linear estimate, no weights', 'classical', cross),
};

/** Methods of plain signs that were not trained as signs, and those of more than one bit. */
const others: readonly (readonly [family: Family, methods: readonly string[]])[] = [
  [families.rounded, ['sign', 'sign-tuned', 'gpfq', 'gptq', 'coordinate-descent']],
  [families.searched, ['qubo', 'analytic-qubo', 'hypernetwork']],
  [families.wider, ['ternary', 'analytic-qubo-ternary', 'channel-wise', 'straight-through-masked']],
];

export function familyOf({ method, bytes, binarizer }: Row): Family {
  if (!bytes) return families.classical;
  if (binarizer === 'float') return families.float;
  return others.find(([, methods]) => methods.includes(method))?.[0] ?? families.trained;
}

/** The rows of one method under one setting: its seeds. */
export interface Group {
  readonly label: string;
  readonly family: Family;
  readonly rows: readonly Row[];
}

const settings: readonly ((row: Row) => string)[] = [
  row => row.task,
  row => row.variant,
  row => row.network,
  row => (row.snrDb === null ? 'no noise' : `${row.snrDb} dB`),
  row => `K = ${row.layers}`,
];

/** One group for each method and setting, in order; a label names only those settings in which a method's rows differ. */
export function groupRows(rows: readonly Row[]): Group[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.method, ...settings.map(setting => setting(row))]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(group => {
    const first = group[0]!, { method } = first, own = rows.filter(row => row.method === method);
    const named = settings.filter(setting => new Set(own.map(setting)).size > 1);
    return { label: [method, ...named.map(setting => setting(first))].join(', '), family: familyOf(first), rows: group };
  });
}

export const meanOf = ({ rows }: Group, of: (row: Row) => Measured): number | null => moments(rows.map(of)).mean;

/** Bytes of the weights alone: signs (or floats), indices and scales. */
export const weightBytes = ({ bytes }: Pick<Row, 'bytes'>): number | null => bytes && bytes.signs + bytes.index + bytes.scale;
