// tfjs with its WASM backend (SIMD, one thread): see protocol.md.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
const { setThreadsCount, setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();
const folder = process.argv[2], { m, n, layers, batch, eta, theta, rate } = JSON.parse(readFileSync(`${folder}/sizes.json`, 'utf8'));
const load = (name, shape) => {
  const bytes = readFileSync(`${folder}/${name}.f32`);
  return tf.tensor(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), shape);
};
const A = load('A', [m, n]), x = load('x', [batch, n]), y = load('y', [batch, m]), energy = tf.sum(tf.mul(x, x));
const start = tf.mul(A, eta), W = Array.from({ length: layers }, () => tf.variable(start)), thresholds = W.map(() => tf.variable(tf.scalar(theta)));
const optimizer = tf.train.adam(rate, 0.9, 0.999, 1e-8);
const loss = () => {
  let z = tf.zeros([batch, n]);
  for (let k = 0; k < layers; k++) {
    const v = tf.sub(z, tf.matMul(tf.sub(tf.matMul(z, A, false, true), y), W[k]));
    z = tf.sub(tf.relu(tf.sub(v, thresholds[k])), tf.relu(tf.sub(tf.neg(v), thresholds[k])));
  }
  const error = tf.sub(z, x);
  return tf.div(tf.sum(tf.mul(error, error)), energy);
};
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'step') { console.log('{}'); continue; }
  const begin = performance.now(), value = optimizer.minimize(loss, true), number = value.dataSync()[0];
  value.dispose();
  console.log(JSON.stringify({ micros: (performance.now() - begin) * 1000, loss: number }));
}
