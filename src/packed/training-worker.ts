// One thread of a training: its own copy of the network, parts of shared batches.
import { workerData } from 'piscina';
import { lossAndGradient } from '../unrolled/loss.js';
import { decodeModel } from './model.js';
import { placed, type GradientTask, type TrainingSetup } from './training-threads.js';

const { model, values } = workerData as TrainingSetup;
const { net } = decodeModel(model), given = placed(net.params, values);

export default function gradient({ depth, learnt, x, y, count, energy, gradients }: GradientTask): number {
  for (const param of net.params) {
    param.value.set(given.get(param)!);
    param.grad.fill(0);
    param.trainable = learnt.includes(param.name);
  }
  const loss = lossAndGradient(net, depth, x, y, count, { energy });
  for (const [param, place] of placed(net.params, gradients)) if (param.trainable) place.set(param.grad);
  return loss;
}
