export { arrayDataset } from './arrays.js';
export { dataset, type DatasetDefinition, type Split } from './dataset.js';
export { formatNpy, parseNpy } from './npy.js';
export { piecewise, type PiecewiseOptions } from './piecewise.js';
export { publishedSparse } from './published-sparse.js';
export { sparseSpikes, type SparseSpikesOptions } from './sparse-spikes.js';

/** Names of the datasets that tasks draw from. */
export const datasetNames = ['sparse-spikes', 'piecewise', 'published-sparse'] as const;
