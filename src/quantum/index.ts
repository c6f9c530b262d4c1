export { paced, type Steps } from '../core/steps.js';
export { brick, circuit, type BrickOptions, type Circuit, type Gate } from './circuit.js';
export { sampleOutcomes, simulator, type Simulator } from './simulator.js';
export { parameterShift } from './parameter-shift.js';
export { noisyProbabilities, trajectory, type Depolarising } from './noise.js';
export { openQasm } from './qasm.js';
export { applyKernel, kullbackLeibler, maximumMeanDiscrepancy, sampledDiscrepancy, type Divergence } from './divergences.js';
export {
  hypernetwork, hypernetworkSteps, polish, type AngleSearch, type Hypernetwork, type HypernetworkOptions,
} from './hypernetwork.js';
export { type Objective } from './objective.js';
export { sampledHypernetwork, sampledHypernetworkSteps, type SampledHypernetwork, type SampledOptions } from './sampling.js';
export { blockHypernetwork, blockHypernetworkSteps, type BlockHypernetwork, type BlocksOptions } from './blocks.js';
export { logPrior } from './prior.js';
