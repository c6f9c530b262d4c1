import { gaussiansBnn, mnist4x4 } from './hypernetwork-studies.js';
import { quantizeDense } from './quantize-dense.js';
import { quboHead } from './qubo-head.js';
import type { Study } from './study.js';
import { trainBinary } from './train-binary.js';

export const studies: readonly Study[] = [quantizeDense, trainBinary, quboHead, gaussiansBnn, mnist4x4];

export const studyByName = (name: string): Study | undefined => studies.find(candidate => candidate.name === name);
