// One row of pictures for the README out of a run's models: node dist/benchmarks/pictures.js RUN_FOLDER benchmarks/results/pictures.png
// The Shepp-Logan phantom: truth, filtered back-projection, float and one-bit reconstructions, each with its PSNR on standard output.
import { readFileSync, writeFileSync } from 'node:fs';
import { encodePng } from '../datasets/index.js';
import { tensor } from '../src/core/array.js';
import { decodeModel } from '../src/packed/model.js';
import { asNetworksSee, iteratesOn } from '../src/tasks/scene.js';
import { imageScores } from '../src/tasks/scores.js';
import { tomography } from '../src/tasks/tomography.js';

const [folder, path] = process.argv.slice(2);
if (!folder || !path) throw new Error('pictures: expected a folder with float.safetensors and straight-through.safetensors, and a PNG to write');
const enlarged = 4, gap = 8, white = 255;
const nets = ['float', 'straight-through'].map(name => decodeModel(readFileSync(`${folder}/${name}.safetensors`)).net);
const { scenes, linear } = tomography.make({ variant: '30', seed: 1, network: 'ista-net-plus' });
const [scene] = scenes!() as [ReturnType<NonNullable<typeof scenes>>[0]], side = scene.operator.inShape[0]!;
const clip = (value: number): number => Math.max(0, Math.min(1, value));
const panels = [scene.truth, linear!(asNetworksSee(scene)), ...nets.map(net => iteratesOn(net, scene).at(-1)!)];
const large = side * enlarged, width = panels.length * large + (panels.length - 1) * gap, strip = new Float32Array(large * width).fill(white);
panels.forEach((panel, p) => {
  for (let i = 0; i < large; i++) for (let j = 0; j < large; j++)
    strip[i * width + p * (large + gap) + j] = white * clip(panel[Math.floor(i / enlarged) * side + Math.floor(j / enlarged)]!);
});
writeFileSync(path, encodePng(tensor(strip, [large, width])));
const names = ['truth', 'filtered back-projection', 'float', 'one bit'];
panels.forEach((panel, p) => console.log(p ? `${names[p]}: PSNR ${imageScores(panel, scene, 1).psnrDb.toFixed(2)} dB` : names[0]));
