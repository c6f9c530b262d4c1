import type { Tensor } from '../types.js';
import type { Certificates, Row } from '../tasks/rows.js';
import type { Uncertainty } from '../tasks/uncertainty.js';

/** The signs of one matrix, [h,w]: −1, 0, +1, between them where weights are averaged, NaN off the mask. */
export interface SignsPicture {
  readonly method: string;
  readonly matrix: string;
  readonly picture: Tensor;
}

/** One reconstruction, [h,w] in 0…peak. */
export interface Panel {
  readonly label: string;
  readonly image: Tensor;
  readonly psnrDb?: number;
  readonly ssim?: number;
  /** Standard deviation of every pixel, [h,w] in the units of the image. */
  readonly deviation?: Tensor;
}

/** One image and what became of it: back-projection, classical, float, one-bit …, in the order shown. */
export interface PictureRow {
  readonly name: string;
  readonly peak: number;
  readonly truth: Tensor;
  readonly panels: readonly Panel[];
}

/** Everything a page shows. `command` repeats the run; `environment` says on what it ran. */
export interface Report {
  readonly task: string;
  readonly summary: string;
  readonly data: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
  readonly certificates: readonly Certificates[];
  readonly uncertainties: readonly Uncertainty[];
  readonly signs: readonly SignsPicture[];
  readonly pictures: readonly PictureRow[];
}
