import type { Tensor } from '../types.js';
import { decodeImage, luma } from '../../datasets/index.js';
import type { DataFolder } from './task.js';

export interface NamedImage {
  readonly name: string;
  /** [h, w], 0…255. */
  readonly image: Tensor;
}

/** Whether a file's name ends as those of the images that decodeImage reads. */
export const isImageName = (name: string): boolean => /\.(png|tiff?|bmp|jpe?g)$/i.test(name);

/** The images of a folder as luma, in order of their names; those with a side shorter than `least` are left out. Throws a RangeError where none is left. */
export function namedImages(folder: DataFolder, path: string, least = 1): NamedImage[] {
  const found = folder
    .list(path)
    .filter(isImageName)
    .map(name => ({
      name: name.replace(/\.\w+$/, ''),
      image: luma(decodeImage(folder.read(`${path}/${name}`), `${path}/${name}`)),
    }))
    .filter(({ image }) => image.shape.every(n => n >= least));
  if (!found.length) throw new RangeError(`${path}: expected images${least > 1 ? ` of at least ${least} pixels a side` : ''}, got none`);
  return found;
}
