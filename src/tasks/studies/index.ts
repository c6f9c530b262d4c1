import type { Study } from './study.js';

export const studies: readonly Study[] = [];

export const studyByName = (name: string): Study | undefined => studies.find(candidate => candidate.name === name);
