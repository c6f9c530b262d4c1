import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const readme = suite('README');
const blocks = [...readFileSync('README.md', 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map(match => match[1]!);

readme('has its library example, its operator and its threads', () => assert.is(blocks.length, 3));
blocks.forEach((code, i) => readme(`example ${i + 1} runs word for word`, () => {
  const file = `dist/readme-example-${i}.mjs`;
  writeFileSync(file, code);
  try {
    const { status, stderr, stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    assert.is(status, 0, stderr);
    assert.ok(stdout.length > 0);
  } finally {
    rmSync(file);
  }
}));
readme.run();
