// onnxruntime on the processor, one thread; models of one node, their weights constant.
import { createRequire } from 'node:module';
import { answer } from './answer.mjs';

const require = createRequire(import.meta.url);
const { InferenceSession, Tensor } = require('onnxruntime-node');
const { onnx } = require('onnx-proto');
const float = onnx.TensorProto.DataType.FLOAT;
const value = (name, shape) => ({ name, type: { tensorType: { elemType: float, shape: { dim: shape.map(dimValue => ({ dimValue })) } } } });

async function matmul({ W, x }) {
  const columns = [x.shape[0], x.shape[1] ?? 1];
  const model = onnx.ModelProto.encode({
    irVersion: 8, opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'matmul',
      node: [{ opType: 'MatMul', input: ['W', 'x'], output: ['out'] }],
      initializer: [{ name: 'W', dataType: float, dims: W.shape, rawData: new Uint8Array(W.data.buffer) }],
      input: [value('x', columns)],
      output: [value('out', [W.shape[0], columns[1]])],
    },
  }).finish();
  const session = await InferenceSession.create(model, { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 });
  const feeds = { x: new Tensor('float32', x.data, columns) };
  let out;
  return { run: async () => { ({ out } = await session.run(feeds)); }, read: () => out.data };
}

await answer(require('onnxruntime-node/package.json').version, { matmul });
