export { hasWinograd } from './channels.js';
export { fourierSigns } from './diagonal.js';
export { onPattern } from './on-pattern.js';
export { patternMap } from './pattern-map.js';
export { signalBySignal, signsMap } from './signs.js';
