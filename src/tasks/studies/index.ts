import { quantizeDense } from './quantize-dense.js';
import { quboHead } from './qubo-head.js';
import type { Study } from './study.js';
import { trainBinary } from './train-binary.js';

export const studies: readonly Study[] = [quantizeDense, trainBinary, quboHead];

export const studyByName = (name: string): Study | undefined => studies.find(candidate => candidate.name === name);
