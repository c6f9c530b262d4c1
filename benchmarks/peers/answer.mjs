import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A row-major array of a request: {data, shape}. */
function read({ file, shape, dtype }) {
  const { buffer } = Uint8Array.from(readFileSync(file));
  return { data: dtype === 'f32' ? new Float32Array(buffer) : new Uint32Array(buffer), shape };
}

/**
 * Answers for one library: see protocol.md. Each op takes its arrays and sizes and gives {run, read}: run may be asynchronous and
 * keeps its result, read gives that as a Float32Array.
 */
export async function answer(version, ops) {
  let key, op;
  async function reply(line) {
    const { op: name, arrays, sizes, untimed, repeat, output } = JSON.parse(line);
    if (!name) return { version };
    const asked = JSON.stringify([name, arrays, sizes]);
    if (asked !== key) {
      const inputs = Object.fromEntries(Object.entries(arrays).map(([at, array]) => [at, read(array)]));
      op = await ops[name](inputs, sizes);
      key = asked;
    }
    for (let i = 0; i < untimed; i++) await op.run();
    const begin = performance.now();
    for (let i = 0; i < repeat; i++) await op.run();
    const micros = (performance.now() - begin) * 1000 / repeat;
    if (output) writeFileSync(output, op.read());
    return { micros };
  }
  for await (const line of createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await reply(line).catch(error => ({ error: error.message }))));
}
