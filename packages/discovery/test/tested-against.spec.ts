import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const page = join(root, 'docs/discovery/tested-against.md');

/** The last cell of each row that names a test: a link to its file, and the words of its claim. */
const rows = [...readFileSync(page, 'utf8').matchAll(/\| \[[^\]]+\]\(([^)]+)\): (.+?) *\|$/gm)].map(
  ([, link = '', claim = '']) => ({ file: join(page, '..', link), claim }),
);

describe('the page about what went wrong elsewhere', () => {
  it('names a test in every row', () => {
    const lines = readFileSync(page, 'utf8').split('\n');
    const heads = lines.filter((line) => line.startsWith('| what went wrong '));
    const cells = lines.filter((line) => /^\| (?!-|what went wrong )/.test(line));
    expect(heads.length).toBeGreaterThan(0);
    expect(rows).toHaveLength(cells.length);
  });

  it.each(rows.map(({ file, claim }) => [claim, relative(root, file), file]))(
    'is right that "%s" is claimed in %s',
    (claim, _name, file) => {
      expect(readFileSync(file, 'utf8')).toContain(claim);
    },
  );
});
