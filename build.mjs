// Compiles the AssemblyScript kernels, embeds the binary in a module, and transpiles every TypeScript file
// to the same path under dist/ (no bundling, so a stack trace names the source file).
import { readdirSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';
import { build } from 'esbuild';

async function wasmBase64(entry, wasm, ...flags) {
  const shared = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];
  const { error, stderr } = await asc.main([`src/kernels/assembly/${entry}.ts`, '-o', wasm, ...shared, ...flags]);
  if (error) throw new Error(`assemblyscript: ${error.message}\n${stderr}`);
  return readFileSync(wasm).toString('base64');
}

mkdirSync('dist/src/kernels', { recursive: true });
const kernels = await wasmBase64('index', 'dist/src/kernels/kernels.wasm');
writeFileSync('dist/src/kernels/binary.js', `export const wasmBase64 = '${kernels}';\n`);

const sources = ['src', 'operators', 'datasets', 'test', 'benchmarks'].flatMap(folder =>
  readdirSync(folder, { recursive: true }).map(file => `${folder}/${file}`.replaceAll('\\', '/')));
await build({
  entryPoints: sources.filter(f => f.endsWith('.ts') && !f.endsWith('.d.ts') && !/assembly\/|node_modules\//.test(f)),
  outdir: 'dist', outbase: '.', format: 'esm', platform: 'node', target: 'node20', sourcemap: true, logLevel: 'warning',
});

// What `signfold compile` writes into a module: a binary that leaves the memory from byte 1024 on (image.ts) alone, and
// JavaScript as text. The engine's is bundled from what was transpiled, kernels inside.
mkdirSync('dist/src/packed/compile', { recursive: true });
const bundled = (entry, options) => build({ entryPoints: [entry], bundle: true, target: 'es2022', write: false, logLevel: 'warning', ...options });
async function textOf(entry) {
  const { outputFiles: [{ text }] } = await bundled(entry, { format: 'esm' });
  return JSON.stringify(text.replace(/^\/\/ src.*\n|export \{[^}]*\};\n/gm, ''));
}

/** Whose code the engine's bundle holds, all under the MIT licence, which asks for these lines in copies. */
const holders = {
  'ndarray': 'Copyright (c) 2013-2016 Mikola Lysenko (ndarray)', 'iota-array': 'Copyright (c) 2013 Mikola Lysenko (iota-array)',
  'is-buffer': 'Copyright (c) Feross Aboukhadijeh (is-buffer)', 'fft.js': 'Copyright Fedor Indutny, 2017 (fft.js)',
};
/** The kernels that `code` speaks of, without the others. They are reached as `kernels.name` alone, and minifying keeps names of properties. */
function kernelsOf(code) {
  const module = binaryen.readBinary(Buffer.from(kernels, 'base64')), names = new Set(code.match(/(?<=\.)\w+/g));
  const { MutableGlobals, SignExt, NontrappingFPToInt, BulkMemory, BulkMemoryOpt, SIMD128 } = binaryen.Features;
  module.setFeatures(MutableGlobals | SignExt | NontrappingFPToInt | BulkMemory | BulkMemoryOpt | SIMD128);
  for (let i = module.getNumExports() - 1; i >= 0; i--) {
    const { name } = binaryen.getExportInfo(module.getExportByIndex(i));
    if (!names.has(name)) module.removeExport(name);
  }
  module.runPasses(['remove-unused-module-elements']);
  if (!module.validate()) throw new Error('build: the kernels of the engine are no valid module');
  return Buffer.from(module.emitBinary()).toString('base64');
}
async function engineText() {
  const { outputFiles: [{ text }], metafile } = await bundled('dist/src/packed/compile/engine-runtime.js',
    { format: 'iife', globalName: 'engine', minify: true, legalComments: 'none', metafile: true });
  const packages = new Set(Object.keys(metafile.inputs).flatMap(path => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []));
  for (const name of packages) if (!holders[name]) throw new Error(`build: whose is ${name}? Its copyright belongs into the engine's notice`);
  const notice = readFileSync('LICENSE', 'utf8').replace(/^Copyright.*$/m, line => [`${line} (signfold)`, ...Array.from(packages, name => holders[name])].join('\n'));
  const [before, after, ...more] = text.split(kernels);
  if (after === undefined || more.length) throw new Error('build: expected the kernels once in the engine');
  return JSON.stringify(`/*!\n${notice}*/\n${before}${kernelsOf(before + after)}${after}`);
}
writeFileSync('dist/src/packed/compile/parts.js',
  `export const wasmBase64 = '${await wasmBase64('solver', 'dist/src/packed/compile/solver.wasm', '--lowMemoryLimit', '1024')}';\n` +
  `export const runtime = ${await textOf('src/packed/compile/runtime.ts')};\n` +
  `export const gaussian = ${await textOf('src/core/gaussian.ts')};\n` +
  `export const engine = ${await engineText()};\n`);
