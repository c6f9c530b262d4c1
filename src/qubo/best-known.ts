import { palubeckisInstances } from './palubeckis.js';

/**
 * Best-known objectives of public instances, as their own formats count them: the cut of G-set graphs (Breakout Local Search, Benlic &
 * Hao 2013, and later records), the maximum of Beasley's and Palubeckis' problems, the minimum of Glover, Kochenberger & Alidaee's.
 * Most of the larger ones are records, not proven optima.
 */
const gset: Readonly<Record<number, number>> = {
  1: 11624, 2: 11620, 3: 11622, 4: 11646, 5: 11631, 6: 2178, 7: 2006, 8: 2005, 9: 2054, 10: 2000, 11: 564,
  12: 556, 13: 582, 14: 3064, 15: 3050, 16: 3052, 17: 3047, 18: 992, 19: 906, 20: 941, 21: 931, 22: 13359,
  23: 13344, 24: 13337, 25: 13340, 26: 13328, 27: 3341, 28: 3298, 29: 3405, 30: 3413, 31: 3310, 32: 1410, 33: 1382,
  34: 1384, 35: 7687, 36: 7680, 37: 7691, 38: 7688, 39: 2408, 40: 2400, 41: 2405, 42: 2481, 43: 6660, 44: 6650,
  45: 6654, 46: 6649, 47: 6657, 48: 6000, 49: 6000, 50: 5880, 51: 3848, 52: 3851, 53: 3850, 54: 3852, 55: 10299,
  56: 4017, 57: 3494, 58: 19293, 59: 6087, 60: 14190, 61: 5798, 62: 4870, 63: 27047, 64: 8751, 65: 5562, 66: 6364,
  67: 6950, 70: 9591, 72: 7008, 77: 9940, 81: 14060,
};
const bqp: Readonly<Record<number, readonly number[]>> = {
  50: [2098, 3702, 4626, 3544, 4012, 3693, 4520, 4216, 3780, 3507],
  100: [7970, 11036, 12723, 10368, 9083, 10210, 10125, 11435, 11455, 12565],
  250: [45607, 44810, 49037, 41274, 47961, 41014, 46757, 35726, 48916, 40442],
  500: [116586, 128223, 130812, 130097, 125487, 121772, 122201, 123559, 120798, 130619],
  1000: [371438, 354932, 371236, 370675, 352760, 359629, 371193, 351994, 349337, 351415],
  2500: [1515944, 1471392, 1414192, 1507701, 1491816, 1469162, 1479040, 1484199, 1482413, 1483355],
};
const gka: Readonly<Record<string, readonly number[]>> = {
  a: [-3414, -6063, -6037, -8598, -5737, -3980, -4541, -11109],
  b: [-133, -121, -118, -129, -150, -146, -160, -145, -137, -154],
  c: [-5058, -6213, -6665, -7398, -7362, -5824, -7225],
  d: [-6333, -6579, -9261, -10727, -11626, -14207, -14476, -16352, -15656, -19102],
  e: [-16464, -23395, -25243, -35594, -35154],
  f: [-61194, -100161, -138035, -172771, -190507],
};

/** By the usual names, G22, bqp500-1, gka3c, p3000-1; undefined where none is known here. */
export function bestKnown(name: string): number | undefined {
  const [, family, size, which] = /^(G|bqp|gka|p)(\d+)(?:[-_.]?(\w+))?$/.exec(name) ?? [];
  if (family === 'G') return gset[Number(size)];
  if (family === 'bqp') return bqp[Number(size)]?.[Number(which) - 1];
  if (family === 'gka') return gka[which ?? '']?.[Number(size) - 1];
  return family === 'p' ? palubeckisInstances.find(instance => instance.name === name)?.best : undefined;
}
