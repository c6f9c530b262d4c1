export { brick, circuit, type BrickOptions, type Circuit, type Gate } from './circuit.js';
export { sampleOutcomes, simulator, type Simulator } from './simulator.js';
export { parameterShift } from './parameter-shift.js';
export { trajectory, type Depolarising } from './noise.js';
export { openQasm } from './qasm.js';
export { applyKernel, kullbackLeibler, maximumMeanDiscrepancy, sampledDiscrepancy, type Divergence } from './divergences.js';
export { hypernetwork, polish, type Hypernetwork, type HypernetworkOptions, type Objective } from './hypernetwork.js';
export { logPrior } from './prior.js';
