import { blockCs } from './block-cs.js';
import { deblur } from './deblur.js';
import { deconvolution } from './deconvolution.js';
import { eegDenoise } from './eeg-denoise.js';
import { fourierSampling } from './fourier-sampling.js';
import { mri } from './mri.js';
import { sparseRecovery } from './sparse-recovery.js';
import { tomography } from './tomography.js';
import type { Task } from './task.js';

export const tasks: readonly Task[] = [sparseRecovery, deconvolution, fourierSampling, blockCs, deblur, mri, eegDenoise, tomography];

/** Throws a RangeError naming the tasks there are. */
export function taskByName(name: string): Task {
  const task = tasks.find(candidate => candidate.name === name);
  if (!task) throw new RangeError(`task: expected ${tasks.map(candidate => candidate.name).join(', ')}, got ${name}`);
  return task;
}
