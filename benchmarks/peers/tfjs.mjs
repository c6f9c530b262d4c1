// tfjs with its WASM backend (SIMD, one thread).
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { answer } from './answer.mjs';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
const { setThreadsCount, setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();
const load = ({ data, shape }) => tf.tensor(data, shape);

function matmul({ W, x }) {
  const matrix = load(W), columns = load({ data: x.data, shape: [x.shape[0], x.shape[1] ?? 1] });
  let out;
  return {
    run() {
      out?.dispose();
      out = tf.matMul(matrix, columns);
    },
    read: () => out.dataSync(),
  };
}

/** One step of Adam from W in every layer; the result is the loss before it. */
function trainingStep({ A, W, x, y }, { layers, theta, rate }) {
  const matrix = load(A), start = load(W), truth = load(x), measured = load(y), energy = tf.sum(tf.mul(truth, truth));
  const weights = Array.from({ length: layers }, () => tf.variable(start)), thresholds = weights.map(() => tf.variable(tf.scalar(theta)));
  const optimizer = tf.train.adam(rate, 0.9, 0.999, 1e-8);
  const loss = () => {
    let z = tf.zerosLike(truth);
    for (let k = 0; k < layers; k++) {
      const v = tf.sub(z, tf.matMul(tf.sub(tf.matMul(z, matrix, false, true), measured), weights[k]));
      z = tf.sub(tf.relu(tf.sub(v, thresholds[k])), tf.relu(tf.sub(tf.neg(v), thresholds[k])));
    }
    const error = tf.sub(z, truth);
    return tf.div(tf.sum(tf.mul(error, error)), energy);
  };
  let last;
  return {
    run() {
      const value = optimizer.minimize(loss, true);
      last = value.dataSync();
      value.dispose();
    },
    read: () => last,
  };
}

await answer(tf.version.tfjs, { matmul, 'training-step': trainingStep });
