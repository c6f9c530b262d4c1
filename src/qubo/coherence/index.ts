export { coherenceBound } from './bound.js';
export { type Dictionary, dictionary } from './dictionary.js';
export { type CodeEnergies, codeEnergies, commonScale, identityDistances } from './energy.js';
export { dinkelbach, ratioModel, ratioOf, type RatioSolution, targetModel } from './model.js';
export { type CodeSearchOptions, incoherentCodes } from './search.js';
