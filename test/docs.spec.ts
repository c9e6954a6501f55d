import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { runInNewContext } from 'node:vm';
import { PolicyRegistry, type PolicyOptions } from '@rookery/resilience';
import { STAGES } from '../packages/resilience/src/pipeline/stages.js';
import { anchorsOf, blocksOf, exampleOf, linksOf, regionOf, withExample } from './markdown.js';

/** What every example exports. */
interface Example {
  run(print: (line: string) => void): Promise<void>;
}

const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs');
const examples = join(docs, 'examples');
const inRoot = (file: string): string => relative(root, file);

function filesIn(directory: string, ending: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(directory, file))
    .sort();
}

const pages = [...filesIn(docs, '.md'), join(root, 'README.md'), join(root, 'CONTRIBUTING.md')];

/** Which example each page shows, if any. */
const shown = pages.flatMap((page) => {
  const link = linksOf(page).find(({ file }) => file.startsWith(examples) && file.endsWith('.ts'));
  return link ? [{ page: inRoot(page), example: inRoot(link.file) }] : [];
});

/** The policies: their folder has their name. */
function policies(): string[] {
  const sources = join(root, 'packages/resilience/src');
  const exported = readFileSync(join(sources, 'index.ts'), 'utf8').matchAll(
    /'\.\/([\w-]+)\/\1\.decorator\.js'/g,
  );
  const built = filesIn(sources, '.policy.ts').map((file): string => basename(dirname(file)));
  const names = [...exported].map(([, name = '']): string => name);
  return [...new Set<string>([...names, ...built])].sort();
}

describe('the pages', () => {
  it.each(pages.map(inRoot))('%s links only to what exists', (page) => {
    const broken = linksOf(join(root, page)).filter(({ file, anchor }) => {
      if (!existsSync(file)) return true;
      if (anchor === undefined) return false;
      return statSync(file).isDirectory() || !anchorsOf(readFileSync(file, 'utf8')).includes(anchor);
    });
    expect(broken.map(({ text }) => text)).toEqual([]);
  });

  it('show every example, each on one page', () => {
    // The README shows this one under another name, and its own test runs it.
    const others = filesIn(examples, '.ts').filter((file) => basename(file) !== 'order-service.ts');
    expect(shown.map(({ example }) => example).sort()).toEqual(others.map(inRoot));
  });

  it.each(policies())('explain the policy %s', (policy) => {
    const page = join(docs, 'resilience', `${policy}.md`);
    expect(existsSync(page)).toBe(true);
    const index = linksOf(join(docs, 'resilience/README.md')).map(({ file }) => inRoot(file));
    expect(index).toContain(inRoot(page));
  });
});

describe('the index of the policies', () => {
  const index = readFileSync(join(docs, 'resilience/README.md'), 'utf8');

  it('draws the order as it is', () => {
    const picture = blocksOf(index).find(({ language }) => language === 'text');
    const drawn = picture?.content.split('\n').map((line) => line.trim().split(/ {2,}/)[0]);
    const stages = STAGES.map((stage) => stage.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
    const asOptions = stages.map((stage) => stage.replace(/^(total|attempt) timeout$/, 'timeout.$1'));
    expect(drawn).toEqual(['caller', ...asOptions, 'the call']);
  });

  it('gives starting values that boot', () => {
    const registry = new PolicyRegistry();
    const given = [...index.matchAll(/^\| ([^|]+) \| `(\{.+\})` +\|$/gm)];
    expect(given.length).toBeGreaterThan(5);
    for (const [, call = '', options = ''] of given) {
      registry.define(call, runInNewContext(`(${options})`) as PolicyOptions);
    }
  });
});

describe.each(shown)('the example of $page', ({ page, example }) => {
  it('is shown as it is, with what it prints', async () => {
    const file = join(root, page);
    const code = regionOf(readFileSync(join(root, example), 'utf8'), 'example') ?? '';
    const lines: string[] = [];
    const { run } = (await import(join(root, example))) as Example;
    await run((line) => lines.push(line));
    expect(code).toContain('run(');
    expect(lines).not.toEqual([]);
    // `npm run docs` writes instead of comparing, and shows the difference in git.
    if (process.env['ROOKERY_WRITE_DOCS'] === '1') {
      writeFileSync(file, withExample(readFileSync(file, 'utf8'), code, lines.join('\n')));
    }
    expect(exampleOf(readFileSync(file, 'utf8'))).toEqual({ code, output: lines.join('\n') });
  });
});
