import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decode, modelBuilder } from '../src/qubo/builder.js';
import { energy, type QuadraticModel } from '../src/qubo/model.js';

const states = (n: number, low: number): number[][] => Array.from({ length: 2 ** n }, (_, code) => Array.from({ length: n }, (_, i) => ((code >> i) & 1 ? 1 : low)));
/** By trying all. */
function lowest(model: QuadraticModel): { sample: number[]; energy: number } {
  return states(model.n, 0).map(sample => ({ sample, energy: energy(model, sample) })).reduce((a, b) => (b.energy < a.energy ? b : a));
}
const refused = (run: () => unknown, message: string): void =>
  assert.throws(run, (error: Error) => error instanceof RangeError && (assert.is(error.message, message) ?? true));

const builder = suite('modelBuilder');
builder('terms add up under their names', () => {
  const model = modelBuilder().variable('a').variable('b').variable('c')
    .linear('a', 2).linear('a', 1).pair('b', 'a', 4).pair('a', 'b', 0.5).pair('c', 'b', -1).constant(7).constant(-2).build();
  assert.equal(model.names, ['a', 'b', 'c']);
  for (const [a, b, c] of states(3, 0)) assert.is(energy(model, [a!, b!, c!]), 3 * a! + 4.5 * a! * b! - b! * c! + 5);
  assert.equal([...decode(model, [1, 0, 1])], [['a', 1], ['b', 0], ['c', 1]]);
});
for (const [vartype, low] of [['binary', 0], ['spin', -1]] as const) builder(`squared is the square of its sum, ${vartype}`, () => {
  const whole = fc.integer({ min: -9, max: 9 });
  fc.assert(fc.property(fc.array(fc.tuple(whole, fc.constantFrom('a', 'b', 'c')), { maxLength: 6 }), whole, whole, (sum, constant, weight) => {
    const model = modelBuilder({ vartype }).variable('a').variable('b').variable('c').squared(weight, sum, constant).build();
    for (const state of states(3, low)) {
      const values = decode(model, state), total = sum.reduce((so, [c, name]) => so + c * values.get(name)!, constant);
      assert.ok(energy(model, state) === weight * total * total);
    }
  }), { seed: 2, numRuns: 100 });
});
builder('and costs nothing where z = a b, the weight or three of it elsewhere', () => {
  const model = modelBuilder().variable('z').variable('a').variable('b').and('z', 'a', 'b', 2.5).build();
  for (const [z, a, b] of states(3, 0))
    assert.is(energy(model, [z!, a!, b!]), z === a! * b! ? 0 : !a && !b ? 7.5 : 2.5, `${z} ${a} ${b}`);
});
builder('a cubic term by its gadget has the minimum of the cubic', () => {
  // 3 abd − 2a − 2b − 2d: two of the three are best.
  const model = modelBuilder().variable('a').variable('b').variable('d').variable('z')
    .linear('a', -2).linear('b', -2).linear('d', -2).pair('z', 'd', 3).and('z', 'a', 'b', 3.5).build();
  const best = lowest(model), found = decode(model, best.sample);
  assert.is(best.energy, -4);
  assert.is(found.get('z'), found.get('a')! * found.get('b')!);
});
builder('four colours on a small map by penalties: one colour a region, neighbours differ', () => {
  const regions = ['A', 'B', 'C', 'D'], neighbours = [['A', 'B'], ['A', 'C'], ['B', 'C'], ['C', 'D']], colours = [0, 1, 2];
  const map = modelBuilder();
  for (const region of regions) for (const colour of colours) map.variable(`${region}${colour}`);
  for (const region of regions) map.squared(1, colours.map(colour => [1, `${region}${colour}`] as const), -1);
  for (const [one, other] of neighbours) for (const colour of colours) map.pair(`${one}${colour}`, `${other}${colour}`, 1);
  const model = map.build(), best = lowest(model), found = decode(model, best.sample);
  assert.is(best.energy, 0);
  const colourOf = (region: string): number[] => colours.filter(colour => found.get(`${region}${colour}`));
  for (const region of regions) assert.is(colourOf(region).length, 1);
  for (const [one, other] of neighbours) assert.is.not(colourOf(one!)[0], colourOf(other!)[0]);
});
builder('unknown and repeated names, pairs of one variable and numbers that are not finite are refused in one line', () => {
  const one = (): ReturnType<typeof modelBuilder> => modelBuilder().variable('a').variable('b').variable('c');
  refused(() => one().variable('a'), 'modelBuilder: expected each name once, got "a" again');
  refused(() => one().linear('x\n', 1), 'modelBuilder: expected a known variable, got "x\\n"');
  refused(() => one().pair('a', 'q', 1), 'modelBuilder: expected a known variable, got "q"');
  refused(() => one().squared(1, [[1, 'a'], [1, 'q']]), 'modelBuilder: expected a known variable, got "q"');
  refused(() => one().pair('a', 'a', 1), 'modelBuilder: expected two different variables in a pair, got "a" twice');
  refused(() => one().and('a', 'a', 'b', 1), 'modelBuilder.and: expected three different variables, got ["a","a","b"]');
  refused(() => modelBuilder({ vartype: 'spin' }).variable('a').variable('b').variable('c').and('c', 'a', 'b', 1), 'modelBuilder.and: expected binary variables, got spins');
  for (const run of [() => one().linear('a', NaN), () => one().pair('a', 'b', NaN), () => one().constant(NaN), () => one().squared(NaN, [[1, 'a']])])
    refused(run, 'modelBuilder: expected finite coefficients, got NaN');
  refused(() => one().constant(1e308).constant(1e308), 'modelBuilder: expected finite coefficients, got Infinity');
  refused(() => decode(one().build(), [1]), 'decode: expected a sample of 3 values, got 1');
  refused(() => decode({ ...one().build(), names: undefined as never }, [1, 0, 1]), 'decode: expected a model with names, got one without');
});
builder('what is refused leaves nothing behind', () => {
  const one = modelBuilder().variable('a').variable('b'), tries = [() => one.pair('a', 'b', NaN), () => one.linear('a', Infinity), () => one.squared(1e200, [[1, 'a'], [1e200, 'b']]),
    () => one.squared(1, [[1, 'a'], [1, 'c']]), () => one.and('a', 'b', 'c', 1)];
  for (const attempt of tries) assert.throws(attempt, /^modelBuilder: expected /);
  const model = one.pair('a', 'b', 2).build();
  for (const [a, b] of states(2, 0)) assert.is(energy(model, [a!, b!]), 2 * a! * b!);
});
builder('names that objects have of their own are names', () => {
  const model = modelBuilder().variable('__proto__').variable('constructor').linear('__proto__', 2).build();
  assert.is(decode(model, [1, 0]).get('__proto__'), 1);
});
builder.run();
