import type { Pattern } from '../types.js';
import { weightCount } from './pattern.js';

/**
 * The output channel of every weight of W = Bᵀ when B lies on `pattern`: the column of B for matrices; a convolution or a
 * Fourier filter is one channel; a convolution of many channels is applied as it stands, and its output channels count.
 */
export function channelsOf(pattern: Pattern): { channels: Uint32Array; count: number } {
  const channels = new Uint32Array(weightCount(pattern));
  switch (pattern.kind) {
    case 'dense':
      for (let i = 0; i < channels.length; i++) channels[i] = i % pattern.cols;
      return { channels, count: pattern.cols };
    case 'blocks': {
      let at = 0, col = 0;
      for (const block of pattern.shared ? pattern.blocks.slice(0, 1) : pattern.blocks) {
        for (let i = 0; i < block.rows * block.cols; i++) channels[at + i] = col + (i % block.cols);
        at += block.rows * block.cols;
        col += block.cols;
      }
      return { channels, count: col };
    }
    case 'csr':
      channels.set(pattern.colIdx);
      return { channels, count: pattern.cols };
    case 'toeplitz': {
      const count = pattern.channels?.out ?? 1;
      for (let i = 0; i < channels.length; i++) channels[i] = Math.floor((i * count) / channels.length);
      return { channels, count };
    }
    default: return { channels, count: 1 };
  }
}
