// Compiles the AssemblyScript kernels, embeds the binary in a module, and transpiles every TypeScript file
// to the same path under dist/ (no bundling, so a stack trace names the source file).
import { readdirSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';

const kernels = 'src/kernels/assembly/index.ts';
const wasm = 'dist/src/kernels/kernels.wasm';
mkdirSync('dist/src/kernels', { recursive: true });
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];
const { error, stderr } = await asc.main([kernels, '-o', wasm, ...flags]);
if (error) throw new Error(`assemblyscript: ${error.message}\n${stderr}`);
const base64 = readFileSync(wasm).toString('base64');
writeFileSync('dist/src/kernels/binary.js', `export const wasmBase64 = '${base64}';\n`);

const sources = ['src', 'operators', 'datasets', 'test', 'benchmarks'].flatMap(folder =>
  readdirSync(folder, { recursive: true }).map(file => `${folder}/${file}`.replaceAll('\\', '/')));
await build({
  entryPoints: sources.filter(f => f.endsWith('.ts') && !f.endsWith('.d.ts') && !/assembly\/|node_modules\//.test(f)),
  outdir: 'dist', outbase: '.', format: 'esm', platform: 'node', target: 'node20', sourcemap: true, logLevel: 'warning',
});
