import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const readme = suite('README'), text = readFileSync('README.md', 'utf8');
const blocks = [...text.matchAll(/```(js|ts)\n([\s\S]*?)```/g)].map(match => ({ language: match[1], code: match[2]! }));

readme('has its library example, its operator, its threads and its QUBO', () =>
  assert.equal(blocks.map(({ language }) => language).sort(), ['js', 'js', 'js', 'ts']));
blocks.forEach(({ language, code }, i) => readme(`example ${i + 1} runs word for word`, () => {
  const file = `dist/readme-example-${i}.mjs`, quiet = language === 'ts';
  // The QUBO example prints nothing: its last comment says what its last line gives.
  writeFileSync(file, quiet ? `${code}\nconsole.log([...decode(model, best.sample)].map(pair => pair.join(' → ')).join(', '));` : code);
  try {
    const { status, stderr, stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    assert.is(status, 0, stderr);
    assert.ok(stdout.length > 0);
    if (quiet) assert.is(/\/\/ Map \{ (.*) \}\n$/.exec(code)?.[1], stdout.trim());
  } finally {
    rmSync(file);
  }
}));

/** What a heading can be linked as. */
const anchorOf = (heading: string): string => heading.toLowerCase().replace(/[^\p{L}\d _-]/gu, '').replaceAll(' ', '-');
readme('every link leads to a file or a heading', () => {
  const texts = new Map(['README.md', 'RESULTS.md'].map(file => [file, readFileSync(file, 'utf8')]));
  const headings = new Map([...texts].map(([file, own]) => [file, [...own.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!))]));
  for (const [from, own] of texts) {
    const links = [...own.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    assert.ok(links.length > 5, from);
    for (const [link, file, anchor] of links) {
      const to = file || from;
      assert.ok(existsSync(to), `${from}: ${link}`);
      if (anchor) assert.ok(headings.get(to)?.includes(anchor), `${from}: ${link}`);
    }
  }
});

const data = process.env['SIGNFOLD_DATA'];
const commands = [...text.matchAll(/^ {4}\$ signfold (qubo .*)$/gm)].map(match => match[1]!.split(' '));
/** The command as it stands; `bench` on one of its instances alone. */
const wordForWord = (words: readonly string[]): readonly string[] =>
  (words[1] === 'bench' ? [...words.map(word => (word === 'DIR' ? resolve(data!) : word)), '--only', 'G11', '--time', '1'] : words);
if (data) readme('the commands on QUBOs run word for word', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signfold-readme-')), main = resolve('dist/src/cli/main.js');
  const env = { ...process.env };
  delete env['SIGNFOLD_DATA'];
  const run = (words: readonly string[]): string => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', cwd: folder, env, timeout: 60_000 });
    assert.is(status, 0, `${words.join(' ')}: ${stderr}`);
    return stdout;
  };
  try {
    copyFileSync(join(data, 'qubo/gset/G1.txt.gz'), join(folder, 'G1.txt.gz'));
    writeFileSync(join(folder, 'samples-of-another-machine.json'), JSON.stringify({ samples: [Array(800).fill(0)] }));
    assert.equal(commands.map(([, command]) => command), ['solve', 'convert', 'evaluate', 'bench']);
    const printed = commands.map(words => run(wordForWord(words)));
    for (const [k, expected] of [/max 11624\n.*target reached/, /800 variables/, /^1 sample, best energy 0, /, /^G11 +800 +564 /m].entries())
      assert.match(printed[k]!, expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
else readme.skip('the commands on QUBOs run word for word: set SIGNFOLD_DATA', () => {});
readme.run();
