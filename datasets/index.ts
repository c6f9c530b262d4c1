export { arrayDataset } from './arrays.js';
export { cifar } from './cifar.js';
export { dataset, type DatasetDefinition, type Split } from './dataset.js';
export { deadLeaves } from './dead-leaves.js';
export { eegMixtures, syntheticRecording, type Recording } from './eeg-mixtures.js';
export { eeglab, type EeglabRecording } from './eeglab.js';
export { idx } from './idx.js';
export { decodeImage, encodePng, luma } from './image-codec.js';
export { images, type PatchOptions } from './images.js';
export { turnedSlices } from './turned.js';
export { formatNpy, parseNpy } from './npy.js';
export { phantoms, sheppLogan } from './phantoms.js';
export { piecewise, type PiecewiseOptions } from './piecewise.js';
export { publishedSparse } from './published-sparse.js';
export { sparseSpikes, type SparseSpikesOptions } from './sparse-spikes.js';
export { wfdb, type WfdbRecord } from './wfdb.js';

/** Names of the datasets and readers of this module. */
export const datasetNames = ['sparse-spikes', 'piecewise', 'published-sparse', 'images', 'turned-slices', 'dead-leaves', 'phantoms', 'shepp-logan', 'eeg-mixtures', 'idx', 'cifar', 'eeglab', 'wfdb', 'npy'] as const;
