// One row of pictures for the README out of a run's models: node dist/benchmarks/pictures.js RUN_FOLDER benchmarks/results/pictures.png
// The Shepp-Logan phantom: truth, back-projection, float and one-bit reconstructions, each with its PSNR on standard output.
import { readFileSync, writeFileSync } from 'node:fs';
import { encodePng, sheppLogan } from '../datasets/index.js';
import { tensor } from '../src/core/array.js';
import { decodeModel } from '../src/packed/model.js';
import { imageScene, iteratesOn } from '../src/tasks/scene.js';
import { backProjection } from '../src/tasks/classical.js';
import { imageScores } from '../src/tasks/scores.js';

const [folder, path] = process.argv.slice(2);
if (!folder || !path) throw new Error('pictures: expected a folder with float.safetensors and straight-through.safetensors, and a PNG to write');
const enlarged = 4, gap = 8, white = 255;
const nets = ['float', 'straight-through'].map(name => decodeModel(readFileSync(`${folder}/${name}.safetensors`)).net);
const { operator } = nets[0]!.problem, [side] = operator.inShape as [number, number];
const scene = imageScene('shepp-logan', sheppLogan(side), operator);
const panels = [scene.truth, backProjection(scene), ...nets.map(net => iteratesOn(net, scene).at(-1)!)];
const large = side * enlarged, width = panels.length * large + (panels.length - 1) * gap, strip = new Float32Array(large * width).fill(white);
panels.forEach((panel, p) => {
  for (let i = 0; i < large; i++) for (let j = 0; j < large; j++)
    strip[i * width + p * (large + gap) + j] = white * panel[Math.floor(i / enlarged) * side + Math.floor(j / enlarged)]!;
});
writeFileSync(path, encodePng(tensor(strip, [large, width])));
const names = ['truth', 'back-projection', 'float', 'one bit'];
panels.forEach((panel, p) => console.log(p ? `${names[p]}: PSNR ${imageScores(panel, scene, 1).psnrDb.toFixed(2)} dB` : names[0]));
