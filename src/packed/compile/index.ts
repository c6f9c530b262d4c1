export { compileC, type CNames } from './c.js';
export { compileModule, type ModuleOptions } from './module.js';
