// Files of QUBOs against an independent reader in numpy: fixtures/qubo-formats.py wrote fixtures/qubo-formats.json.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formats, guessFormat, readSamples, writeBqp, type FormatName } from '../src/qubo/formats/index.js';
import { plainDecimal } from '../src/qubo/formats/plain-decimal.js';
import { toBits, toSpins } from '../src/qubo/convert.js';
import { energy, fromTriplets, pairCount, type QuadraticModel, type Vartype } from '../src/qubo/model.js';
import { annealing } from '../src/qubo/solvers/annealing.js';

interface Case { format: FormatName; text: string; objectives: number[]; offset: number }
const fixture = JSON.parse(readFileSync('test/fixtures/qubo-formats.json', 'utf8')) as {
  n: number; samples: number[][]; read: Case[]; written: Case[];
  model: { rows: number[]; cols: number[]; values: number[]; linear: number[]; offset: number };
  published: { path: string; n: number; entries: number; objective: number }[];
  sampleSet: { sample_packed: boolean; sample_data: { data: number[][] }; vectors: { energy: { data: number[] } } }; unpacked: number[][];
};
const folder = process.env['SIGNFOLD_DATA'];
const names = Object.keys(formats) as FormatName[];
/** Sums of a few dozen f64 terms in another order. */
const ROUNDING = 1e-12;
const close = (a: number, b: number, size = Math.abs(b)): void => assert.ok(Math.abs(a - b) <= ROUNDING * Math.max(1, size), `${a} and ${b}`);
const valuesFor = (model: QuadraticModel, bits: readonly number[]): Int8Array => (model.vartype === 'spin' ? toSpins(bits) : toBits(bits));
const bitsOf = (values: Float64Array): string => new BigUint64Array(values.buffer, values.byteOffset, values.length).join();
function same(a: QuadraticModel, b: QuadraticModel): void {
  assert.is(a.n, b.n);
  assert.is(a.vartype, b.vartype);
  assert.is(bitsOf(a.linear), bitsOf(b.linear));
  assert.is(a.couplings.kind, b.couplings.kind);
  assert.is(bitsOf(a.couplings.values), bitsOf(b.couplings.values));
  if (a.couplings.kind === 'sparse' && b.couplings.kind === 'sparse') assert.equal([a.couplings.colIdx, a.couplings.rowPtr], [b.couplings.colIdx, b.couplings.rowPtr]);
  assert.ok(Object.is(a.offset, b.offset), `${a.offset} and ${b.offset}`);
}

const witness = suite('QUBO formats against numpy');
for (const { format, text, objectives } of fixture.read) witness(`${format}: a file of others has the objective that numpy finds`, () => {
  const [problem] = formats[format].read(text);
  fixture.samples.forEach((bits, k) => close(problem!.objective(energy(problem!.model, valuesFor(problem!.model, bits))), objectives[k]!));
  assert.is(problem!.sense, formats[format].conventions.sense);
  if (format === 'bqpjson') assert.equal(problem!.model.names, ['2', '4', '6', '9', '11', '12', '30']);
});
for (const { format, text, objectives, offset } of fixture.written) witness(`${format}: what is written, numpy reads as the same energies`, () => {
  const { linear, offset: constant, ...triplets } = fixture.model, max = formats[format].conventions.sense === 'max';
  const model = fromTriplets(fixture.n, triplets, format === 'rudy' ? { vartype: 'spin' } : { linear, offset: constant, vartype: format === 'bqpjson' ? 'spin' : 'binary' });
  assert.equal(formats[format].write(model), { text, offset });
  const size = model.couplings.values.reduce((sum, value) => sum + Math.abs(value), 0);
  fixture.samples.forEach((bits, k) => close(energy(model, valuesFor(model, bits)) - offset, max ? -objectives[k]! : objectives[k]!, size));
});
const fixedBits = (n: number): number[] => Array.from({ length: n }, (_, i) => ((i * 40503) >> 5) & 1);
if (folder) {
  witness('every published file: sizes and the objective of one sample as numpy has them', () => {
    assert.ok(fixture.published.length > 100);
    for (const { path, n, entries, objective } of fixture.published) {
      const text = gunzipSync(readFileSync(`${folder}/${path}`)).toString(), format = path.includes('gset') ? 'rudy' : path.includes('_qbsolv') ? 'qbsolv' : 'biqmac';
      const problem = formats[format].read(text)[0]!, { model } = problem;
      assert.is(guessFormat(path, text), format, path);
      assert.is(model.n, n, path);
      assert.is(pairCount(model) + model.linear.reduce((count, value) => count + (value === 0 ? 0 : 1), 0), entries, path);
      assert.is(problem.objective(energy(model, valuesFor(model, fixedBits(n)))), objective, path);
    }
  });
  witness('G1 has 800 vertices and 19,176 edges; annealing finds the published optima of bqp50-1 and gka1a', async () => {
    const [g1] = formats.rudy.read(gunzipSync(readFileSync(`${folder}/qubo/gset/G1.txt.gz`)).toString());
    assert.equal([g1!.model.n, pairCount(g1!.model)], [800, 19176]);
    for (const [path, best] of [['beasley/bqp50-1', -2098], ['gka/gka1a', -3414]] as const) {
      const [problem] = formats.biqmac.read(gunzipSync(readFileSync(`${folder}/qubo/biqmac/${path}.sparse.gz`)).toString());
      assert.is(problem!.objective((await annealing().solve(problem!.model, { seed: 1, sweeps: 300, reads: 10 })).best.energy), best);
    }
  });
} else witness.skip('published files agree with numpy: set SIGNFOLD_DATA', () => {});
witness.run();

const trips = suite('round trips of QUBO files');
/** Far enough from the ends of f64 for halves and doubles to be exact, and sums finite. */
const coefficient = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter(value => value === 0 || (Math.abs(value) > 1e-300 && Math.abs(value) < 1e300)),
  fc.integer({ min: -1000, max: 1000 }),
).map(value => value + 0);
const models = (vartype: Vartype): fc.Arbitrary<QuadraticModel> => fc.integer({ min: 1, max: 9 }).chain(n => fc.record({
  linear: fc.array(coefficient, { minLength: n, maxLength: n }), offset: coefficient,
  pairs: fc.array(fc.oneof(fc.constant(0), coefficient), { minLength: n * n, maxLength: n * n }),
}).map(({ linear, offset, pairs }) => {
  const above = pairs.map((_, k) => k).filter(k => Math.floor(k / n) < k % n);
  const triplets = { rows: above.map(k => Math.floor(k / n)), cols: above.map(k => k % n), values: above.map(k => pairs[k]!) };
  return fromTriplets(n, triplets, { vartype, linear, offset });
}));
const sense = fc.constantFrom('min', 'max'), counting = fc.constantFrom('single', 'double'), base = fc.constantFrom(0, 1);
const conventions = (name: FormatName): fc.Arbitrary<object> =>
  (name === 'bqpjson' ? fc.record({ sense }, { requiredKeys: [] }) : fc.record({ base, sense, counting }, { requiredKeys: [] }));
const domains: Record<FormatName, readonly Vartype[]> = {
  rudy: ['spin'], biqmac: ['binary'], bqp: ['binary'], mqlib: ['binary'], qbsolv: ['binary'], coo: ['binary', 'spin'], bqpjson: ['binary', 'spin'],
};
for (const name of names) trips(`${name}: every bit of every number comes back, under any conventions`, () => {
  for (const vartype of domains[name]) fc.assert(fc.property(models(vartype), conventions(name), (given, options) => {
    const model = name === 'rudy' ? { ...given, linear: given.linear.map(() => 0) } : given;
    const { text, offset } = formats[name].write(model, options), [problem] = formats[name].read(text, options);
    assert.is(guessFormat(name === 'biqmac' ? 'a.bq' : name === 'rudy' ? 'a.MC.gz' : `a.${name}`, text), name);
    // These two have no place for a constant, and say what they leave out.
    same(problem!.model, name === 'bqp' ? { ...model, offset: 0 } : name === 'rudy' ? { ...model, offset: problem!.model.offset } : model);
    if (name === 'bqp') assert.is(offset, model.offset);
    else if (name === 'rudy') assert.is(offset, model.offset - problem!.model.offset);
    else assert.is(offset, 0);
  }), { seed: 11, numRuns: 300 });
});
for (const name of names) trips(`${name}: lines that end as on Windows say the same, comments with a constant too`, () => {
  const { text } = formats[name].write(fromTriplets(3, { rows: [0, 1], cols: [1, 2], values: [0.25, -1.5] }, { vartype: domains[name][0]!, offset: 4 }));
  same(formats[name].read(text.replaceAll('\n', '\r\n'))[0]!.model, formats[name].read(text)[0]!.model);
});
trips('conventions that there are not are refused', () => {
  const { text } = formats.coo.write(fromTriplets(2, { rows: [0], cols: [1], values: [1] }));
  for (const [options, message] of [[{ sense: 'maximum' }, 'format: expected sense min or max, got maximum'], [{ counting: 'twice' }, 'format: expected counting single or double, got twice'],
    [{ base: 2 }, 'format: expected base 0 or 1, got 2'], [{ offset: '3' }, 'format: expected a finite offset, got 3']] as const)
    assert.throws(() => formats.coo.read(text, options as never), message);
});
trips('rudy: the constant that is left out can be stated on reading, in units of the cut', () => {
  const model = fromTriplets(3, { rows: [0, 1], cols: [1, 2], values: [0.25, -1.5] }, { vartype: 'spin', offset: 4 });
  const { text, offset } = formats.rudy.write(model);
  same(formats.rudy.read(text, { offset: -offset })[0]!.model, model);
});
trips('rudy: the smallest number is a weight that counts twice', () => {
  const model = fromTriplets(2, { rows: [0], cols: [1], values: [5e-324] }, { vartype: 'spin', offset: -5e-324 }), options = { counting: 'double' } as const;
  const { text, offset } = formats.rudy.write(model, options);
  assert.equal([text, offset], ['2 1\n1 2 5e-324\n', 0]);
  same(formats.rudy.read(text, options)[0]!.model, model);
});
trips('bqpjson: a stated constant is that of the objective, whatever its scale; identifiers have no base, terms one counting', () => {
  const text = '{"variable_ids": [0], "variable_domain": "boolean", "scale": 3, "offset": 5, "linear_terms": [], "quadratic_terms": []}';
  const objectives = [{}, { offset: 7 }, { offset: 7, sense: 'max' as const }].map(options => {
    const [problem] = formats.bqpjson.read(text, options);
    return problem!.objective(energy(problem!.model, [0]));
  });
  assert.equal(objectives, [15, 7, 7]);
  assert.throws(() => formats.bqpjson.read(text, { base: 1 }), 'bqpjson: expected base 0, as its variables have identifiers, got 1');
  for (const act of [() => formats.bqpjson.read(text, { counting: 'double' }), () => formats.bqpjson.write(model, { counting: 'double' })])
    assert.throws(act, 'bqpjson: expected counting single, as its terms are those of a sum, got double');
});
trips('bqp: several problems in one file', () => {
  const many = [1, 2, 3].map(n => fromTriplets(n + 1, { rows: [0], cols: [n], values: [2 * n] }, { linear: Array.from({ length: n + 1 }, (_, i) => i) }));
  const back = formats.bqp.read(writeBqp(many).text);
  many.forEach((model, k) => same(back[k]!.model, model));
  assert.is(back[2]!.objective(-5), 5);
  assert.throws(() => writeBqp([]), 'bqp: expected at least one problem, got none');
});
trips('a model over spins becomes binary in formats of bits, with the same energies', () => {
  const model = fromTriplets(3, { rows: [0, 1], cols: [1, 2], values: [3, -1] }, { vartype: 'spin', linear: [1, 0, -2], offset: 5 });
  for (const name of ['biqmac', 'mqlib', 'bqp', 'qbsolv'] as const) {
    const { text, offset } = formats[name].write(model), [problem] = formats[name].read(text);
    for (let code = 0; code < 8; code++) {
      const bits = [code & 1, (code >> 1) & 1, code >> 2];
      assert.is(energy(problem!.model, bits) + offset, energy(model, toSpins(bits)), name);
    }
  }
});
trips('decimals without exponents read back as the same number', () => {
  assert.equal([1e21, -1.5e-7, 5e-324, 123.25, 0].map(plainDecimal).map(text => text.slice(0, 24)),
    ['1000000000000000000000', '-0.00000015', '0.0000000000000000000000', '123.25', '0']);
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
    const text = plainDecimal(value);
    // What dimod's reader takes for a number.
    assert.match(text, /^[+-]?\d*(?:\.\d+)?$/);
    assert.ok(Number(text) === value);
  }), { seed: 3, numRuns: 2000 });
});
trips('numbers of any length are read to the last bit', () => {
  fc.assert(fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map(value => value.toFixed(7))), text => {
    const [problem] = formats.qbsolv.read(`p qubo 0 1 1 0\n0 0 ${text}\n`);
    assert.ok(problem!.model.linear[0] === Number(text), text);
  }), { seed: 4, numRuns: 2000 });
});
trips('what a format cannot hold is refused in one line', () => {
  const fields = fromTriplets(2, { rows: [0], cols: [1], values: [1] }, { vartype: 'spin', linear: [0, 0.5] });
  assert.throws(() => formats.rudy.write(fields), 'rudy: expected a model without fields over spins, got 0.5 for variable 1');
  const tiny = fromTriplets(2, { rows: [0], cols: [1], values: [5e-324] });
  assert.throws(() => formats.biqmac.write(tiny), 'biqmac: expected coefficients that can be halved, got 5e-324');
  for (const name of names) assert.throws(() => formats[name].write(fromTriplets(0, { rows: [], cols: [], values: [] })), `${name}: expected at least one variable, got none`);
});
trips.run();

const hostile = suite('hostile QUBO files');
const cases: readonly [FormatName, string, string][] = [
  ['rudy', '', 'rudy line 1: expected a line with the numbers of vertices and edges, got the end of the text'],
  ['rudy', '\n \r\n', 'rudy line 2: expected a line with the numbers of vertices and edges, got the end of the text'],
  ['rudy', '\x00\x7fELF\u2028x', 'rudy line 1: expected a number of vertices from 1 to 16777216, got ??ELF?x'],
  ['rudy', '-3 1\n1 2 1', 'rudy line 1: expected a number of vertices from 1 to 16777216, got -3'],
  ['rudy', '99999999999 1\n1 2 1', 'rudy line 1: expected a number of vertices from 1 to 16777216, got 99999999999'],
  ['rudy', '16777216 0', 'rudy line 1: expected at most 65536 variables for 0 entries, got 16777216'],
  ['rudy', '3 4000000000\n1 2 1\n', 'rudy line 2: expected edge 2 of 4000000000 after line 1, got the end of the text'],
  ['rudy', '3 2\n3 2\n1 2 1', 'rudy line 2: expected a finite decimal number, got nothing'],
  ['rudy', '3 1\n1 2 1\n2 3 1', 'rudy line 3: expected the end of the text after edge 1, got 2'],
  ['rudy', '3 1\n1 4 1', 'rudy line 2: expected a vertex from 1 to 3, got 4'],
  ['rudy', '3 1\n0 1 1', 'rudy line 2: expected a vertex from 1 to 3, got 0'],
  ['rudy', '3 1\n1.5 2 1', 'rudy line 2: expected a vertex from 1 to 3, got 1.5'],
  ['rudy', '3 1\n2 2 1', 'rudy line 2: expected an edge of two vertices, got 2 twice'],
  ['rudy', '3 1\n1 2 5e-324', 'rudy line 2: expected a weight that can be halved, got 5e-324'],
  ['rudy', '3 2\n\n1 2 1\n2 1 -1', 'rudy line 4: expected each pair of indices once, got one again'],
  ['rudy', '3 1\n1 2 1 7', 'rudy line 2: expected no more than i, j and one number, got 7'],
  ['biqmac', '3 1\n1 2 NaN', 'biqmac line 2: expected a finite decimal number, got NaN'],
  ['biqmac', '3 1\n1 2 -Infinity', 'biqmac line 2: expected a finite decimal number, got -Infinity'],
  ['biqmac', '3 1\n1 2 1e999', 'biqmac line 2: expected a finite decimal number, got 1e999'],
  ['biqmac', '3 1\n1 2 1.7e308', 'biqmac line 2: expected a coefficient that can be doubled, got 1.7e+308'],
  ['biqmac', '3 1\n1 2 0x10', 'biqmac line 2: expected a finite decimal number, got 0x10'],
  ['biqmac', '3 1\n1 2 1_0', 'biqmac line 2: expected a finite decimal number, got 1_0'],
  ['biqmac', '3 2\n2 2 1\n2 2 1', 'biqmac line 3: expected each pair of indices once, got one again'],
  ['biqmac', '3 1 7\n1 2 1', 'biqmac line 1: expected the numbers of variables and entries alone, got 7'],
  ['biqmac', '# offset=1\n# offset=2\n1 0', 'biqmac line 2: expected one offset, got another'],
  ['biqmac', '# offset=1e999\n1 0', 'biqmac line 1: expected a finite offset, got 1e999'],
  ['mqlib', '3 -1\n', 'mqlib line 1: expected a number of entries, got -1'],
  ['bqp', '3\n2 0\n2 0\n', 'bqp line 3: expected a line with the numbers of variables and entries, got the end of the text'],
  ['bqp', '1\n2 1\n1 2 1\n2 0', 'bqp line 4: expected the end of the text after problem 1, got 2'],
  ['bqp', '0\n', 'bqp line 1: expected a number of problems from 1 to 2, got 0'],
  ['bqp', `9\n${'60000 0\n'.repeat(9)}`, 'bqp line 3: expected at most 66304 variables for 3 entries, got 120000'],
  ['qbsolv', 'c only', 'qbsolv line 1: expected the line p qubo 0 maxNodes nNodes nCouplers, got the end of the text'],
  ['qbsolv', 'p ising 0 1 1 0', 'qbsolv line 1: expected p qubo 0 maxNodes nNodes nCouplers, got ising'],
  ['qbsolv', 'p qubo 0 2 1 1\n0 0 1\n0 1 1\n0 1 2', 'qbsolv line 1: expected nodes and couplers as stated, 1 and 1, got 1 and 2'],
  ['qbsolv', 'p qubo 0 2 1 1\n0 0 1\np qubo 0 2 1 1', 'qbsolv line 3: expected a node from 0 to 1, got p'],
  ['qbsolv', 'p qubo 0 2 0 1\n0 2 1', 'qbsolv line 2: expected a node from 0 to 1, got 2'],
  ['coo', '', 'coo line 1: expected lines of i, j and a number, got none'],
  ['coo', '0 1 1', 'coo line 1: expected a line # vartype=BINARY or # vartype=SPIN, or the option vartype, got neither'],
  ['coo', '# vartype=SPIN\n# vartype=SPIN\n0 0 1', 'coo line 2: expected one vartype, got another'],
  ['coo', '# vartype=DISCRETE\n0 0 1', 'coo line 1: expected vartype=BINARY or vartype=SPIN, got DISCRETE'],
  ['coo', '# vartype=SPIN\n0 0 1\n9999999 1 1', 'coo line 3: expected at most 66048 variables for 2 entries, got 10000000'],
  ['coo', '# vartype=SPIN\n0 1 1e308\n1 0 1e308', 'coo line 3: expected sums below 1e308, got Infinity'],
  ['bqpjson', '{"a": 1,\n "b": }', 'bqpjson line 2: expected JSON, got '],
  ['bqpjson', '[1]', 'bqpjson line 1: expected a JSON object, got a list of 1'],
  ['bqpjson', '{"variable_ids": [1, 1]}', 'bqpjson variable_ids[1]: expected each identifier once, got 1 again'],
  ['bqpjson', '{"variable_ids": []}', 'bqpjson variable_ids: expected at least one, got none'],
  ['bqpjson', '{"variable_ids": [-1]}', 'bqpjson variable_ids[0]: expected an integer of 0 or more, got -1'],
  ['bqpjson', '{"variable_ids": [1], "variable_domain": "ising"}', 'bqpjson variable_domain: expected spin or boolean, got ising'],
];
for (const [name, text, message] of cases) hostile(`${name}: ${JSON.stringify(text.slice(0, 40))}`, () =>
  assert.throws(() => formats[name].read(text), (error: Error) => error instanceof RangeError && (error.message === message || (message.endsWith(' ') && error.message.startsWith(message)))
    ? true : assert.unreachable(error.message)));
const json = (changes: object): string => JSON.stringify({ variable_ids: [4, 7], variable_domain: 'spin', scale: 1, offset: 0, linear_terms: [], quadratic_terms: [], ...changes });
hostile('bqpjson: terms of unknown variables, of one variable twice, repeated or without a number', () => {
  const refused = (changes: object, message: string): void => assert.throws(() => formats.bqpjson.read(json(changes)), (error: Error) => assert.is(error.message, message) ?? true);
  refused({ linear_terms: [{ id: 5, coeff: 1 }] }, 'bqpjson linear_terms[0].id: expected one of variable_ids, got 5');
  refused({ linear_terms: [{ id: 4, coeff: '1' }] }, 'bqpjson linear_terms[0].coeff: expected a finite number, got 1');
  refused({ linear_terms: [{ id: 4, coeff: 1 }, { id: 4, coeff: 1 }] }, 'bqpjson linear_terms[1]: expected each term once, got one again');
  refused({ quadratic_terms: [{ id_tail: 4, id_head: 4, coeff: 1 }] }, 'bqpjson quadratic_terms[0]: expected two different variables, got 4 twice');
  refused({ scale: null }, 'bqpjson scale: expected a finite number, got null');
  refused({ offset: undefined }, 'bqpjson offset: expected a finite number, got nothing');
  refused({ quadratic_terms: {} }, 'bqpjson quadratic_terms: expected a list, got an object');
  const both = formats.bqpjson.read(json({ quadratic_terms: [{ id_tail: 4, id_head: 7, coeff: 1 }, { id_tail: 7, id_head: 4, coeff: 2 }] }));
  assert.is(energy(both[0]!.model, [1, 1]), 3);
});
const oneLine = /^(rudy|biqmac|bqp|mqlib|qbsolv|coo|bqpjson)( [^\n:]+)?: expected [^\n]+, got [^\n]*$/;
hostile('any damage is either read or refused in one line', () => {
  const texts = [...fixture.read, ...fixture.written], junk = [...'0129-+.eE #cpN\n\r\t{}[],":\0\u2028', '999999999', 'NaN', '\n1 2 3\n'];
  fc.assert(fc.property(fc.nat(texts.length - 1), fc.array(fc.tuple(fc.nat(), fc.constantFrom('cut', 'put', 'drop'), fc.constantFrom(...junk)), { minLength: 1, maxLength: 4 }), (k, changes) => {
    let { text } = texts[k]!;
    for (const [place, kind, piece] of changes) {
      const at = place % (text.length + 1);
      text = kind === 'cut' ? text.slice(0, at) : text.slice(0, at) + (kind === 'put' ? piece : '') + text.slice(at + (kind === 'drop' ? 1 : 0));
    }
    try {
      formats[texts[k]!.format].read(text);
    } catch (error) {
      assert.ok(error instanceof RangeError && oneLine.test(error.message), (error as Error).message);
    }
  }), { seed: 12, numRuns: 3000 });
});
hostile('a format that the content or the name gives away is found, others are not', () => {
  assert.is(guessFormat('/data/G22.txt.gz', '2000 19990\n'), 'rudy');
  assert.is(guessFormat('model.txt', '# made elsewhere, vartype=SPIN\n0 1 1'), 'coo');
  assert.is(guessFormat('bqp50.txt', '10\n50 111\n'), 'bqp');
  assert.is(guessFormat('model.txt', 'c x\np qubo 0 1 1 0\n'), 'qbsolv');
  assert.is(guessFormat('model.txt', '3 2\n1 2 1\n'), undefined);
});
hostile.run();

const outside = suite('samples from elsewhere');
const model = fromTriplets(3, { rows: [0, 1], cols: [1, 2], values: [2, -3] }, { linear: [1, 0, 4], offset: 10, names: ['a', 'b', 'c'] });
const message = (value: unknown, expected: string, used = model): void =>
  assert.throws(() => readSamples(typeof value === 'string' ? value : JSON.stringify(value), used), (error: Error) => error instanceof RangeError && (assert.is(error.message, expected) ?? true));
outside('lists of bits or of spins are taken, energies computed, the best found', () => {
  const bits = readSamples('{"samples": [[1, 1, 0], [0, 0, 0]], "energies": [13, 10], "vartype": "BINARY"}', model);
  assert.equal([[...bits.energies], [...bits.best.sample], bits.best.energy], [[13, 10], [0, 0, 0], 10]);
  assert.equal([...readSamples('{"samples": [[1, -1, 1]]}', model).samples[0]!], [1, 0, 1]);
  assert.equal([...readSamples('{"samples": [[1, 1, 1]], "vartype": "spin"}', model).energies], [14]);
});
outside('what qubo solve --json prints', () => {
  const { samples, best } = readSamples(JSON.stringify({ solver: 'annealing', best: { energy: 12, sample: [0, 1, 1].map(value => value) }, energies: [11, 11], info: {} }), fromTriplets(3, { rows: [], cols: [], values: [] }, { linear: [0, 5, 7] }));
  assert.equal([[...samples[0]!], best.energy], [[0, 1, 1], 12]);
});
outside('a SampleSet of dimod, packed and not, with its variables in another order', () => {
  const wide = fromTriplets(35, { rows: [], cols: [], values: [] }, { linear: Array.from({ length: 35 }, (_, i) => i + 1) });
  const { samples, energies } = readSamples(JSON.stringify(fixture.sampleSet), wide);
  assert.equal(samples.map(sample => [...sample]), fixture.unpacked);
  assert.equal([...energies], fixture.sampleSet.vectors.energy.data);
  const spins = { type: 'SampleSet', sample_data: { data: [[1, -1, -1]] }, sample_packed: false, variable_labels: ['c', 'a', 'b'], variable_type: 'SPIN', vectors: { energy: { data: [14] } } };
  assert.equal([...readSamples(JSON.stringify(spins), model).samples[0]!], [0, 0, 1]);
  message({ ...spins, variable_labels: ['c', 'a', 'x'] }, 'samples variable_labels[2]: expected a variable of the model, got x');
  message({ ...spins, variable_labels: ['c', 'a'] }, 'samples variable_labels: expected each of 3 variables once, got a list of 2');
  message({ ...spins, sample_packed: true }, 'samples 0: expected 1 packed words, got a list of 3');
  message({ ...spins, sample_data: { data: 'AAA=', use_bytes: true } }, 'samples sample_data: expected an array of dimod with its data as a list (use_bytes false), got an object');
});
outside('wrong energies and values are refused with the sample that has them', () => {
  message({ samples: [[0, 0, 0], [1, 1, 0]], energies: [10, 12] }, 'samples 1: expected energy 13, got 12');
  message({ samples: [[1, 1, 0]], energies: [3] }, 'samples 0: expected energy 13, got 3, which lacks the offset');
  message({ samples: [[1, 1]] }, 'samples 0: expected 3 values, got a list of 2');
  message({ samples: [[1, 1, 0], [1, 2, 0]] }, 'samples 1: expected 0 or 1 at 1, got 2');
  message({ samples: [[1, 1, -1]], vartype: 'BINARY' }, 'samples 0: expected 0 or 1 at 2, got -1');
  message({ samples: [[1, 1, 1]], energies: [1, 2] }, 'samples energies: expected one for each of 1 samples, got a list of 2');
  message({ samples: [[1, 1, 1]], energies: ['x'] }, 'samples energies[0]: expected a finite number, got x');
  message({ samples: [] }, 'samples: expected at least one sample, got none');
  message({ samples: [3] }, 'samples 0: expected a list, got 3');
  message({}, 'samples samples: expected a list, got nothing');
  message({ samples: [[1, 1, 1]], vartype: 'x' }, 'samples vartype: expected BINARY or SPIN, got x');
  assert.throws(() => readSamples('{"samples": [', model), /^samples line 1: expected JSON, got [^\n]*$/);
});
outside.run();
