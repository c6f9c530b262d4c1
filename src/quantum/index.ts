export { brick, circuit, type BrickOptions, type Circuit, type Gate } from './circuit.js';
export { sampleOutcomes, simulator, type Simulator } from './simulator.js';
export { parameterShift } from './parameter-shift.js';
export { trajectory, type Depolarising } from './noise.js';
export { openQasm } from './qasm.js';
