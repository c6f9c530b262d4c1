import { decode } from 'fast-png';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tensor } from '../src/core/array.js';
import { familyOf, families } from '../src/report/groups.js';
import { reportHtml, signsPicture, type Report } from '../src/report/index.js';
import { placeLabels, spread } from '../src/report/labels.js';
import { format, formatMean, significant } from '../src/report/numbers.js';
import { trained } from '../src/tasks/methods.js';
import type { Certificates, Row } from '../src/tasks/rows.js';
import type { Uncertainty } from '../src/tasks/uncertainty.js';
import type { OneBitMatrix, Pattern } from '../src/types.js';

const bytes = { signs: 17, index: 0, scale: 4, thresholds: 96, operator: 1044, total: 1161 };

const row = (method: string, seed: number, nmseDb: number, more: Partial<Row> = {}): Row => ({
  task: 'deconvolution', variant: 'spikes', network: 'learned-ista', snrDb: null, method, binarizer: method, seed, layers: 5,
  split: 'test', nmseDb, psnrDb: 20 - nmseDb, ssim: null, nmseDbPerLayer: [1, 2, 3, 4, 5].map(k => (nmseDb * k) / 5),
  bitsPerWeight: 0.000656, bytes, fitSeconds: 2.34, steps: 300, reconstructMicros: 92.4,
  floatNmseDb: -19.2, classicalNmseDb: -3.8, classicalConvergedNmseDb: -15.9, ...more,
});
const solver = (method: string, seed: number, nmseDb: number, more: Partial<Row> = {}): Row =>
  row(method, seed, nmseDb,
    { binarizer: null, bitsPerWeight: null, bytes: null, fitSeconds: 0, steps: 0, floatNmseDb: null, ...more });

const certificate = (method: string, rho: number): Certificates => ({
  method, seed: 2,
  recovery: {
    theorem: 'T1', scale: 1, delta: 0.1, mu: 0.1, sparsity: 3, rho, vacuous: rho >= 1,
    certifiedSparsity: rho < 1 ? 3 : 0, layers: [],
  },
  generalization: { theorem: 'T3', signs: 11, realParams: 25, samples: 9600, confidence: 0.95, gap: 0.17, vacuous: false },
});

const uncertainty = (seed: number): Uncertainty => ({
  method: 'bayes', seed, samples: 16, power: 4, gain: 3.1, floor: 0.36, validation: 128, factors: [0.65, 0.97, 1.26, 1.61, 1.95],
  nmseDb: { mean: -2.091, sample: -1.866, likeliest: -2.019 },
  curve: [0.5, 0.68, 0.8, 0.9, 0.95].map(level => ({
    level, samples: level / 4, normal: level + 0.02, conformal: level + 0.001 * seed, samplesWidth: level, width: 2 * level })),
  coverageOfSignals: [0.7675, 0.9921], deviation: { samples: 0.1, predictive: 0.5 }, correlation: { samples: null, predictive: 0.25 },
});

const empty: Report = {
  task: 'deconvolution', summary: 'spikes through a blur', data: 'seed 2', command: 'signfold run deconvolution',
  environment: { node: 'v20' }, rows: [], certificates: [], uncertainties: [], signs: [], pictures: [],
};
const rows = [
  solver('ista', 1, -3.797), solver('ista', 2, -3.725),
  row('float', 1, -19.204, { binarizer: 'float' }), row('float', 2, -18.775, { binarizer: 'float' }),
  row('sign', 1, 31.25), row('straight-through', 1, -9.3), row('straight-through', 2, -6.123),
];

/** The pictures of a page in their order, by the words of their alt text. */
const pictures = (page: string): { alt: string; picture: ReturnType<typeof decode> }[] =>
  [...page.matchAll(/src="data:image\/png;base64,([^"]+)"\s+alt="([^"]*)"/g)]
    .map(([, data, alt]) => ({ alt: alt!, picture: decode(Buffer.from(data!, 'base64')) }));

const page = suite('report');
page('every trained method has its family: a new one is to be put here', () => {
  const expected: Record<string, string[]> = {
    rounded: ['sign', 'sign-tuned', 'gpfq', 'gptq', 'coordinate-descent'], searched: ['qubo', 'hypernetwork', 'analytic-qubo'],
    wider: ['analytic-qubo-ternary', 'ternary', 'channel-wise', 'straight-through-masked'],
    trained: ['annealed', 'parq', 'proxquant', 'bayes', 'bayes-fast', 'skew', 'bop', 'straight-through', 'straight-through-sudden', 'straight-through-one-bit-first',
      'straight-through-distill', 'straight-through-taught', 'straight-through-descent', 'straight-through-lifted'],
  };
  assert.equal([...Object.values(expected).flat(), 'alista', 'float'].sort(), Object.keys(trained).sort());
  for (const [family, methods] of Object.entries(expected))
    for (const method of methods) assert.is(familyOf(row(method, 1, -3)).name, families[family as keyof typeof families].name, method);
});
page('every row is in the table: the mean and spread of its method, and its own values', async () => {
  const text = await reportHtml({ ...empty, rows });
  for (const cell of ['−3.76<small> ± 0.05</small>', '−18.99<small> ± 0.30</small>', '31.25</td>', '−7.71<small> ± 2.25</small>'])
    assert.ok(text.includes(cell), cell);
  for (const { method, nmseDb, psnrDb } of rows)
    for (const value of [method, format(nmseDb, 2), format(psnrDb, 2)]) assert.ok(text.includes(value), `${method} ${value}`);
  assert.is([...text.matchAll(/<tr><th scope="row">/g)].length, 4 + rows.length);
  assert.ok(text.includes('>1\u202f161</td>') && text.includes('>1\u202f044</td>'), 'bytes by part');
});
page('metrics that only some tasks have get a column where some row has them', async () => {
  const without = await reportHtml({ ...empty, rows });
  assert.not.match(without, /RRMSE|<th scope="col">SSIM|>CC<|Tuned/);
  const eeg = await reportHtml({ ...empty, rows: [
    row('sign', 1, -4, { rrmse: 0.31254, rrmseSpectrum: 0.4, cc: 0.9511 }), solver('tv', 1, -5, { ssim: 0.87654, lambda: 0.02 }),
  ] });
  for (const word of ['RRMSE', 'SSIM', '>CC<', '0.3125', '0.9511', '0.8765', 'Tuned', '0.0200'])
    assert.ok(eeg.includes(word), word);
});
page('asks the network for nothing and runs nothing', async () => {
  const text = await reportHtml({ ...empty, rows, certificates: [certificate('sign', 0.5)] });
  assert.ok(text.includes(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`));
  assert.not.match(text.replace(/ xmlns(:xlink)?="[^"]*"/g, ''), /https?:|<script|<link|<iframe|@import|\son\w+=/i);
  for (const [, address] of text.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address!, /^data:image\/png;base64,/);
  for (const [, address] of text.matchAll(/url\(([^)]*)\)/g)) assert.match(address!, /^#/);
});
page('hostile strings stay text, wherever they stand', async () => {
  const evil = `</style><script>alert(1)</script>"' onload=x <img src=x>&amp;`, x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
  const text = await reportHtml({
    task: evil, summary: evil, data: evil, command: evil, environment: { [evil]: evil, nested: { evil } },
    rows: [row(evil, 1, -3, { variant: evil, network: evil }), row('constructor', 1, -4), row('__proto__', 1, -5)],
    certificates: [{ ...certificate('sign', 2), method: evil }], uncertainties: [{ ...uncertainty(1), method: evil }], signs: [{ method: evil, matrix: evil, picture: x }],
    pictures: [{ name: evil, peak: 6, truth: x, panels: [{ label: evil, image: x }] }],
  });
  assert.not.match(text, /<script|<img src=x/);
  for (const [tag] of text.matchAll(/<[a-z][^>]*>/gi)) assert.not.match(tag.replace(/"[^"]*"/g, ''), /onload|'|"/, tag);
  assert.is(text.match(/<\/style>/g)?.length, 1);
  assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &lt;img src=x&gt;&amp;amp;'));
  assert.ok(text.includes('__proto__') && text.includes('constructor'));
});
page('NaN, infinite and missing values break nothing and are not averaged away', async () => {
  const nmseDbPerLayer = [NaN, Infinity, -Infinity, -2, NaN];
  const lost = row('sign', 2, NaN, { psnrDb: Infinity, nmseDbPerLayer, bitsPerWeight: null });
  const text = await reportHtml({ ...empty, rows: [
    row('sign', 1, -3), lost, row('float', 1, -Infinity, { nmseDbPerLayer: [] }),
    solver('tv', 1, -8, { nmseDbPerLayer: [], layers: 100 }),
    row('ternary', 1, 2, { nmseDb: null as unknown as number, nmseDbPerLayer: [null as unknown as number] }),
  ] });
  assert.ok(text.includes('<td>NaN</td>') && text.includes('<td>∞</td>') && text.includes('<td>−∞</td>'));
  assert.not.match(text, /(d|transform|x|y|width|height)="[^"]*(NaN|Infinity)/, 'no such number in a drawing');
  for (const none of [[], [solver('ista', 1, NaN, { classicalConvergedNmseDb: null })]])
    assert.ok((await reportHtml({ ...empty, rows: none })).includes('Do it again'));
});
page('the same report gives the same bytes', async () => {
  const report = { ...empty, rows, certificates: [certificate('sign', 0.5)] };
  assert.is(await reportHtml(report), await reportHtml(structuredClone(report)));
});
page('a certificate that holds has a bound in the plot; a vacuous one is called so', async () => {
  const sure = await reportHtml({ ...empty, rows, certificates: [certificate('straight-through', 0.6)] });
  assert.ok(sure.includes('bound of straight-through') && sure.includes('T1 holds') && !sure.includes('vacuous'));
  const vacuous = await reportHtml({ ...empty, rows, certificates: [certificate('straight-through', 1.2)] });
  for (const words of ['T1 is vacuous at the task’s 3 nonzeros', 'guarantees nothing']) assert.ok(vacuous.includes(words), words);
  assert.not.ok(vacuous.includes('bound of'));
});
page('pictures decode to the given pixels, error maps to the errors at the stated gain', async () => {
  const truth = tensor([0, 51, 102, 153, 204, 255], [2, 3]), image = tensor([10, 51, 90, 160, 300, -5], [2, 3]);
  const panels = [{ label: 'one-bit', image, psnrDb: 28.125, ssim: 0.8765 }];
  const text = await reportHtml({ ...empty, pictures: [{ name: 'six', peak: 255, truth, panels }] });
  const [first, second, error] = pictures(text);
  assert.equal([first!.picture.width, first!.picture.height, first!.picture.channels], [3, 2, 1]);
  assert.equal([...first!.picture.data], [0, 51, 102, 153, 204, 255]);
  assert.equal([...second!.picture.data], [10, 51, 90, 160, 255, 0]);
  assert.is(second!.alt, 'six, one-bit, 28.13 dB, SSIM 0.876');
  const gain = Number(/everywhere (\d+) times/.exec(text)![1]);
  const expected = [10, 0, 12, 7, 96, 260].map(value => 17 * Math.round(15 * Math.min(1, (gain * value) / 255)));
  assert.equal([...error!.picture.data], expected);
  assert.ok(text.includes(`${100 / gain} % of peak`), 'the colour bar says what the gain does');
});
page('the calibration curve has a line for each kind of interval, and its numbers are means over seeds; none without', async () => {
  const text = await reportHtml({ ...empty, uncertainties: [uncertainty(1), uncertainty(3)] });
  for (const words of ['conformal 50.2 % at 50 %', 'samples alone 12.5 % at 50 %', '22.5 % at 90 %', '<td>90.20<small> ± 0.14</small></td>', '−1.87', '99.21'])
    assert.ok(text.includes(words), words);
  assert.not.match(text, /(d|transform|x|y|width|height)="[^"]*(NaN|Infinity)/);
  assert.not.ok((await reportHtml(empty)).includes('Uncertainty'));
});
page('a standard deviation is drawn below the error, at the same gain, and has its truth\'s shape', async () => {
  const truth = tensor([0, 51, 102, 153, 204, 255], [2, 3]), image = tensor([10, 51, 90, 160, 250, 240], [2, 3]);
  const deviation = tensor([0, 5, 10, 20, 30, 255], [2, 3]), panel = { label: 'bayes', image, deviation };
  const text = await reportHtml({ ...empty, pictures: [{ name: 'six', peak: 255, truth, panels: [panel] }] });
  const [, , , drawn] = pictures(text), gain = Number(/everywhere (\d+) times/.exec(text)![1]);
  assert.equal([...drawn!.picture.data], [...deviation.data].map(value => 17 * Math.round(15 * Math.min(1, (gain * value) / 255))));
  assert.is(drawn!.alt, `Standard deviation of bayes on six, ${gain} times`);
  const wrong = { ...panel, deviation: tensor([1, 2, 3], [1, 3]) };
  const message = await reportHtml({ ...empty, pictures: [{ name: 'six', peak: 1, truth, panels: [wrong] }] }).catch((error: Error) => error.message);
  assert.is(message, 'six, bayes: expected a picture [2,3], got [1,3]');
});
page('a panel of another shape than its truth is refused by name', async () => {
  const truth = tensor([1, 2, 3, 4, 5, 6], [2, 3]), panels = [{ label: 'float', image: tensor([1, 2, 3, 4, 5, 6], [3, 2]) }];
  try {
    await reportHtml({ ...empty, pictures: [{ name: 'six', peak: 1, truth, panels }] });
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof RangeError);
    assert.is(error.message, 'six, float: expected a picture [2,3], got [3,2]');
  }
});
page.run();

/** One-bit matrix of codes −1, 0, +1. */
const matrix = (pattern: Pattern, codes: readonly number[]): OneBitMatrix => {
  const words = (isSet: (code: number) => boolean): Uint32Array => {
    const out = new Uint32Array(Math.ceil(codes.length / 32));
    codes.forEach((code, i) => { if (isSet(code)) out[i >>> 5]! |= 1 << (i & 31); });
    return out;
  };
  return { name: 'W', pattern, signs: words(code => code < 0), ...(codes.includes(0) && { zeros: words(code => code === 0) }) };
};
const drawn = (pattern: Pattern, codes: readonly number[], largest?: number): (number | string)[][] => {
  const picture = signsPicture(matrix(pattern, codes), largest), [height, width] = picture.shape as [number, number];
  return Array.from({ length: height }, (_, r) => Array.from({ length: width }, (__, c) => {
    const value = picture.get(r, c);
    return Number.isNaN(value) ? '/' : value;
  }));
};

const signs = suite('signs');
signs('a dense matrix stands as it is, zeros included', () =>
  assert.equal(drawn({ kind: 'dense', rows: 2, cols: 3 }, [1, -1, 0, -1, -1, 1]), [[1, -1, 0], [-1, -1, 1]]));
signs('blocks stand along the diagonal, nothing off them; a shared block stands once', () => {
  const blocks = [{ rows: 1, cols: 2 }, { rows: 2, cols: 1 }];
  assert.equal(drawn({ kind: 'blocks', blocks, shared: false }, [1, -1, -1, 1]), [[1, -1, '/'], ['/', '/', -1], ['/', '/', 1]]);
  assert.equal(drawn({ kind: 'blocks', blocks: [blocks[0]!, blocks[0]!], shared: true }, [-1, 1]), [[-1, 1]]);
});
signs('csr weights stand at their columns', () => {
  const rowPtr = Uint32Array.of(0, 1, 3), colIdx = Uint32Array.of(2, 0, 1);
  const pattern: Pattern = { kind: 'csr', rows: 2, cols: 3, rowPtr, colIdx, indices: 'stored' };
  assert.equal(drawn(pattern, [-1, 1, -1]), [['/', '/', -1], [1, -1, '/']]);
});
signs('taps of many channels are tiles, out × in, a pixel apart', () => {
  const channels = { in: 3, out: 2 };
  const pattern: Pattern = { kind: 'toeplitz', shape: [5, 7], support: [2, 1], origin: [0, 0], boundary: 'zero', channels };
  assert.equal(drawn(pattern, [1, -1, 1, 1, -1, -1, -1, 1, 1, -1, -1, -1]),
    [[1, '/', 1, '/', -1], [-1, '/', 1, '/', -1], ['/', '/', '/', '/', '/'], [-1, '/', 1, '/', -1], [1, '/', -1, '/', -1]]);
  assert.equal(drawn({ ...pattern, support: [1, 1], channels: { in: 1, out: 5 } }, [1, -1, -1, 1, 1]),
    [[1, '/', -1, '/', -1], ['/', '/', '/', '/', '/'], [1, '/', 1, '/', '/']]);
  const single: Pattern = { kind: 'toeplitz', shape: [7], support: [3], origin: [1], boundary: 'circular' };
  assert.equal(drawn(single, [1, -1, -1]), [[1, -1, -1]]);
});
signs('a Fourier filter is the plane with the zero frequency in the middle', () => {
  const support = Uint8Array.of(1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
  const pattern: Pattern = { kind: 'diagonal', basis: 'fourier', shape: [3, 5], complexInput: false, form: 'circulant', support };
  assert.equal(drawn(pattern, [-1, 1, 1, -1]), [['/', '/', -1, '/', '/'], ['/', 1, -1, 1, '/'], ['/', '/', '/', '/', '/']]);
});
signs('a large matrix is averaged over squares, its mask kept', () => {
  const blocks = [{ rows: 2, cols: 2 }, { rows: 1, cols: 3 }];
  assert.equal(drawn({ kind: 'blocks', blocks, shared: false }, [1, -1, -1, -1, 1, 1, -1], 3), [[-0.5, '/', '/'], ['/', 1, -1]]);
});
signs('decode from the page: white, black, grey; transparent off the mask', async () => {
  const picture = tensor([1, -1, 0, NaN, -0.5, 1], [2, 3]);
  const [found] = pictures(await reportHtml({ ...empty, signs: [{ method: 'sign', matrix: 'W', picture }] }));
  assert.equal([found!.picture.width, found!.picture.height, found!.picture.channels], [3, 2, 2]);
  assert.equal([...found!.picture.data], [255, 255, 0, 255, 128, 255, 0, 0, 64, 255, 255, 255]);
});
signs('of many matrices the first of each method is open, the others are a click away', async () => {
  const picture = tensor([1, -1, -1], [1, 3]);
  const many = Array.from({ length: 11 }, (_, i) => ({ method: i < 6 ? 'sign' : 'ternary', matrix: `W${i}`, picture }));
  const [open, folded] = (await reportHtml({ ...empty, signs: many })).split('The other 9 matrices');
  assert.equal(pictures(open!).map(({ alt }) => alt.split(':')[0]), ['Signs of W0, sign', 'Signs of W6, ternary']);
  assert.is(pictures(folded!).length, 9);
});
signs.run();

const text = suite('numbers and labels');
text('numbers have a true minus, thin thousands and no negative zero', () => {
  const numbers = [format(-1234567.891, 1), format(-0.001, 2), format(null, 2), format(1000, 0)];
  assert.equal(numbers, ['−1\u202f234\u202f567.9', '0.00', '–', '1\u202f000']);
  assert.equal([0.00065612, -1.0712e-6, 1e-16, 26.4459].map(significant), ['0.000656', '−1.07e−6', '0', '26.4']);
});
text('a mean says over how many it is if values are missing', () => {
  assert.equal(formatMean([1, null, 4], mean => format(mean, 2)), ['2.50', '± 2.12 (2 of 3)']);
  assert.equal(formatMean([null], mean => format(mean, 2)), ['–', '']);
});
text('labels are spread by as little as possible, in order, within bounds', () => {
  assert.equal(spread([50, 10, 12, 14], 10, 0, 100), [50, 2, 12, 22]);
  assert.equal(spread([95, 99, 3], 10, 0, 100), [90, 100, 3]);
});
text('labels of a column of points do not cover each other', () => {
  const points = [40, 46, 43, 60, 58].map((y, i) => ({ x: 200, y, label: `method ${i}` })), width = 8 * 0.56 * 12;
  const room = { left: 0, top: 0, right: 400, bottom: 120 };
  const boxes = placeLabels(points, { obstacles: [], lines: [], room }, 12).map(({ dx, dy, align }, i) => {
    const left = 200 + dx - (align === 'left' ? 0 : width);
    return { left, right: left + width, y: points[i]!.y + dy };
  });
  for (const [i, a] of boxes.entries()) for (const b of boxes.slice(i + 1))
    assert.ok(a.right <= b.left || b.right <= a.left || Math.abs(a.y - b.y) >= 12, JSON.stringify([a, b]));
});
text.run();
