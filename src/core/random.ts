/** Seeded random numbers: the same sequence in Node and in a browser. */
export interface Random {
  /** An integer in [0, 2³²). */
  bits(): number;
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Standard normal (Marsaglia's polar method). */
  normal(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** 0 with probability 1 − density, else standard normal. */
  bernoulliGaussian(density: number): number;
}

/** splitmix32: spreads seed words, so that neighbouring seeds give unrelated streams. */
function mix(word: number): number {
  word = (word + 0x9e3779b9) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return (word ^ (word >>> 15)) >>> 0;
}

/**
 * xoshiro128** (Blackman & Vigna 2018) seeded from any number of words: `random(seed, index)` is the independent stream
 * `index` of `seed`, which makes datasets pure functions of (seed, index).
 */
export function random(...seed: readonly number[]): Random {
  if (!seed.length || !seed.every(Number.isSafeInteger))
    throw new RangeError(`random: expected integer seeds, got [${seed.join(',')}]`);
  let hash = 0;
  for (const word of seed) hash = mix(mix(hash ^ (word | 0)) ^ Math.floor(word / 2 ** 32));
  let a = (hash = mix(hash)), b = (hash = mix(hash)), c = (hash = mix(hash)), d = mix(hash) | 1;
  let spare = NaN;

  const bits = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a; d ^= b; b ^= c; a ^= d; c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => bits() / 2 ** 32;
  const normal = (): number => {
    if (spare === spare) { const value = spare; spare = NaN; return value; }
    for (;;) {
      const u = 2 * uniform() - 1, v = 2 * uniform() - 1, s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * portableLog(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
  return {
    bits, uniform, normal,
    integer: n => Math.floor(uniform() * n),
    bernoulliGaussian: density => (uniform() < density ? normal() : 0),
  };
}

const inverseOdd = [21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1].map(k => 1 / k);

/**
 * Natural logarithm by basic arithmetic alone. ECMAScript leaves Math.log to the engine; this one gives the same bits in
 * every engine (relative error below 1e-15): x = m·2^e, ln m = 2 atanh((m−1)/(m+1)).
 */
export function portableLog(x: number): number {
  let exponent = 0;
  while (x < Math.SQRT1_2) { x *= 2; exponent--; }
  while (x >= Math.SQRT2) { x /= 2; exponent++; }
  const z = (x - 1) / (x + 1), square = z * z;
  let sum = 0;
  for (const coefficient of inverseOdd) sum = sum * square + coefficient;
  return 2 * z * sum + exponent * Math.LN2;
}
