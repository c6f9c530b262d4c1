export { compileC, type CNames } from './c.js';
export { compileModule } from './module.js';
