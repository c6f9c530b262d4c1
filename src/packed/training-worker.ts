// One thread of a training: its own copy of the network, parts of shared batches.
import { workerData } from 'piscina';
import { lossAndGradient } from '../unrolled/loss.js';
import { moveToKernels } from '../unrolled/param.js';
import { decodeModel } from './model.js';
import { placed, type GradientTask, type TrainingSetup } from './training-threads.js';

const { model, values } = workerData as TrainingSetup;
const { net } = decodeModel(model), given = placed(net.params, values);
moveToKernels(net.params);

export default function gradient({ depth, learnt, x, y, count, energy, gradients }: GradientTask): number {
  for (const param of net.params) {
    param.trainable = learnt.includes(param.name);
    param.value.set(given.get(param)!);
    if (param.trainable) param.grad.fill(0);
  }
  const loss = lossAndGradient(net, depth, x, y, count, { energy });
  for (const [param, place] of placed(net.params, gradients)) if (param.trainable) place.set(param.grad);
  return loss;
}
