import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

/** Each folder of src may import those before it. */
const order = ['types', 'core', 'kernels', 'qubo', 'quantum', 'solvers', 'unrolled', 'binary', 'packed', 'tasks', 'report', 'cli'];
const sources = ['src', 'operators', 'datasets', 'test', 'benchmarks'].flatMap(folder => (readdirSync(folder, { recursive: true }) as string[])
  .map(file => `${folder}/${file}`).filter(file => file.endsWith('.ts') && !/assembly\/|\.d\.ts$|node_modules/.test(file)));
const importsOf = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g)].map(match => match[1]!);
const layerOf = (path: string): string => {
  const [top, second] = path.split('/');
  return top === 'src' ? second!.replace(/\.(ts|js)$/, '') : top!;
};

const layering = suite('layering');
layering('src imports only what stands before; physics and data enter at packed/model, tasks and the command line', () => {
  for (const file of sources.filter(path => path.startsWith('src/') && path !== 'src/index.ts')) for (const name of importsOf(file)) {
    if (!name.startsWith('.')) continue;
    const target = posix.join(posix.dirname(file), name), layer = layerOf(target);
    if (layer === 'operators' || layer === 'datasets') assert.ok(/^src\/(packed\/model\.ts|tasks\/|report\/|cli\/)/.test(file), `${file} imports ${name}`);
    else assert.ok(order.includes(layer) && order.indexOf(layer) <= order.indexOf(layerOf(file)), `${file} imports ${name}`);
  }
});
layering('operators import types, core and the kernels; datasets types and core', () => {
  for (const [folder, allowed] of [['operators', ['types', 'core', 'kernels', 'operators']], ['datasets', ['types', 'core', 'datasets']]] as const)
    for (const file of sources.filter(path => path.startsWith(`${folder}/`))) for (const name of importsOf(file))
      assert.ok((allowed as readonly string[]).includes(layerOf(posix.join(posix.dirname(file), name))), `${file} imports ${name}`);
});
layering('only the command line imports from Node', () => {
  for (const file of sources.filter(path => /^(src|operators|datasets)\//.test(path) && !path.startsWith('src/cli/')))
    assert.not.ok(importsOf(file).some(name => name.startsWith('node:')), file);
});
layering('every test suite is run: uvu drops one without .run() silently', () => {
  const tests = sources.filter(path => path.endsWith('.test.ts'));
  assert.ok(tests.length > 5);
  for (const file of tests) {
    const text = readFileSync(file, 'utf8'), made = text.match(/= suite\(/g)?.length ?? 0;
    assert.ok(made > 0 && made === text.match(/^ *\w+\.run\(\);$/gm)?.length, file);
  }
});
layering('no source file has more than 300 lines', () => {
  for (const file of sources.filter(path => !path.startsWith('test/')))
    assert.ok(readFileSync(file, 'utf8').split('\n').length <= 300, file);
});
layering.run();
