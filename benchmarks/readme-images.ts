// The tables of RESULTS.md on images and EEG.
import { weightBytes } from '../src/report/groups.js';
import type { Row } from '../src/tasks/rows.js';
import { exactly, markdown, mean, rowOf, rowsOf, spread } from './markdown.js';

const imageOrder = ['linear', 'wavelet-ista', 'tv', 'float', 'ternary', 'channel-wise', 'straight-through'];

/** Rows of one task by method, over its seeds; `columns` are its metrics. */
export function seedsTable(rows: readonly Row[], columns: readonly (readonly [title: string, of: (row: Row) => number, digits: number])[]): string {
  const methods = imageOrder.filter(method => rows.some(row => row.method === method));
  return markdown(
    ['method', 'seeds', ...columns.map(([title]) => title), 'weight bytes', 'all bytes', 'steps'],
    methods.map(method => {
      const own = rows.filter(row => row.method === method), { bytes, steps } = own[0]!;
      return [method, String(own.length), ...columns.map(([, of, digits]) => spread(own.map(of), digits)),
        String(weightBytes({ bytes }) ?? '–'), bytes ? String(bytes.total) : '–', steps ? String(steps) : '–'];
    }),
  );
}
export const imageColumns = [['PSNR dB', (row: Row) => row.psnrDb, 2], ['SSIM', (row: Row) => row.ssim ?? NaN, 4]] as const;
export const eegColumns = [['RRMSE', (row: Row) => row.rrmse ?? NaN, 3], ['RRMSE spectrum', (row: Row) => row.rrmseSpectrum ?? NaN, 3],
  ['CC', (row: Row) => row.cc ?? NaN, 3]] as const;

/** PSNR of the other blurs, mean over three seeds. */
export function blursTable(): string {
  const methods = ['linear', 'tv', 'float', 'straight-through'], blurs = [['deblur-motion', 'motion, 11 pixels at 35°'], ['deblur-uniform', 'uniform, 9 × 9']] as const;
  return markdown(['blur, PSNR dB', ...methods], blurs.map(([file, name]) =>
    [name, ...methods.map(method => mean([file, `${file}-2`, `${file}-3`].map(part => rowOf(part, method).psnrDb)).toFixed(2))]));
}
/** Where the linear start stands in another table, or in other rows of the same. */
export const withoutStart = (name: string): Row[] => exactly(name).filter(({ method }) => method !== 'linear');

/** Networks trained by others, loaded as released: nothing here was trained. */
export function releasedTable(): string {
  const released = [['released-cs-25-plus', 'ISTA-Net+, Set11'], ['released-cs-25', 'ISTA-Net, Set11'], ['released-cs-10-plus', 'ISTA-Net+, Set11'],
    ['released-cs-10', 'ISTA-Net, Set11'], ['released-cs-1-plus', 'ISTA-Net+, Set11'], ['released-mri-20-plus', 'ISTA-Net+, 25 brain slices']] as const;
  return markdown(['network', 'share', 'linear start', 'PSNR dB', 'SSIM'], released.map(([file, name]) => {
    const net = rowOf(file, 'float'), start = rowOf(file.endsWith('plus') ? file : `${file}-plus`, 'linear');
    return [name, `${net.variant} %`, start.psnrDb.toFixed(2), net.psnrDb.toFixed(2), net.ssim!.toFixed(4)];
  }));
}

/** One bit trained for long from released weights, towards the truth or towards what the released network gives, beside that network. */
export function longTable(): string {
  const runs = [['25', 'taught', 'straight-through-taught'], ['25', 'long', 'straight-through'], ['10', 'taught', 'straight-through-taught'], ['10', 'long', 'straight-through']] as const;
  return markdown(['share', 'trained towards', 'steps', 'linear start', 'released', 'one bit', 'behind', 'SSIM, released', 'SSIM, one bit'], runs.map(([share, file, method]) => {
    const own = rowOf(`one-bit-cs-${share}-${file}`, method), float = rowOf(`released-cs-${share}-plus`, 'float'), start = rowOf(`released-cs-${share}-plus`, 'linear');
    return [`${share} %`, method.endsWith('taught') ? 'released network' : 'truth', String(own.steps), start.psnrDb.toFixed(2), float.psnrDb.toFixed(2),
      own.psnrDb.toFixed(2), (float.psnrDb - own.psnrDb).toFixed(2), float.ssim!.toFixed(4), own.ssim!.toFixed(4)];
  }));
}

/** Tomography by `ista-net-dct` of several widths and lengths: how far signs stay behind floats, seed by seed. */
export function widthsTable(): string {
  const rows = rowsOf('tomography-dct-'), groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.features} ${row.steps}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const psnr = (own: readonly Row[], method: string): readonly number[] => own.filter(row => row.method === method).sort((a, b) => a.seed - b.seed).map(({ psnrDb }) => psnrDb);
  return markdown(['channels', 'steps', 'seeds', 'float', 'one bit', 'behind, by seed', 'behind', 'one-bit bytes'], [...groups.values()].map(own => {
    const float = psnr(own, 'float'), oneBit = psnr(own, 'straight-through'), behind = float.map((value, k) => value - oneBit[k]!);
    const { features, steps } = own[0]!, { bytes } = own.find(({ method }) => method === 'straight-through')!;
    return [String(features), String(steps), String(own.filter(({ method }) => method === 'float').map(({ seed }) => seed)), spread(float, 2), spread(oneBit, 2),
      behind.map(value => value.toFixed(2)).join(', '), spread(behind, 2), String(weightBytes({ bytes }))];
  }));
}
