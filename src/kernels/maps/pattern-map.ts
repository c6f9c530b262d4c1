import type { Pattern, PatternMap } from '../../types.js';
import { blocksMap } from './blocks.js';
import { channelsMap } from './channels.js';
import { csrMap } from './csr.js';
import { denseMap } from './dense.js';
import { fourierMap, identityDiagonalMap } from './diagonal.js';
import { toeplitzMap } from './toeplitz.js';

/** The linear map with one weight for every place that `pattern` leaves free. */
export function patternMap(pattern: Pattern): PatternMap {
  switch (pattern.kind) {
    case 'dense': return denseMap(pattern);
    case 'blocks': return blocksMap(pattern);
    case 'toeplitz': return pattern.channels ? channelsMap({ ...pattern, channels: pattern.channels }) : toeplitzMap(pattern);
    case 'csr': return csrMap(pattern);
    case 'diagonal': return pattern.basis === 'identity' ? identityDiagonalMap(pattern) : fourierMap(pattern);
  }
}
