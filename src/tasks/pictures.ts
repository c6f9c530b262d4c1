import { tensor } from '../core/array.js';
import type { Picture } from './rows.js';
import type { Scene } from './scene.js';
import { clipped, imageScores, type Scoring } from './scores.js';

const shownScenes = 3;

/** A method's reconstructions of the scenes, and their standard deviations where it tells them. */
export interface Shown {
  readonly label: string;
  readonly estimates: readonly Float32Array[];
  readonly deviations?: readonly Float32Array[];
}

/** The first images beside what the methods made of them; none of signals. */
export function picturesOf(
  scenes: readonly Scene[],
  answers: readonly Shown[],
  scoring: Scoring,
): Picture[] {
  if (scoring.kind !== 'images') return [];
  const { peak } = scoring;
  return scenes.slice(0, shownScenes).map((scene, i) => {
    const shape = scene.operator.inShape;
    return {
      name: scene.name,
      peak,
      truth: tensor(scene.truth, shape),
      panels: answers.map(({ label, estimates, deviations }) => ({
        label,
        image: tensor(clipped(estimates[i]!, peak), shape),
        ...imageScores(estimates[i]!, scene, peak),
        ...(deviations && { deviation: tensor(deviations[i]!, shape) }),
      })),
    };
  });
}
