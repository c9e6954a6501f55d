import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../../../..');
const page = join(root, 'docs/client/abuse.md');
const lines = readFileSync(page, 'utf8').split('\n');
const cells = lines.filter((line) => /^\| (?!-|what is tried )/.test(line));

/** The last cell of a row names a test: a link to its file, and the words of its claim. */
const rows = cells.map((line) => {
  const [, link = '', claim = ''] = / \| \[[^\]]+\]\(([^)]+)\): (.+?) *\|$/.exec(line) ?? [];
  return { file: join(page, '..', link), claim };
});

describe('the page about what somebody could try', () => {
  it('names a test in every row', () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter(({ claim }) => claim === '')).toEqual([]);
  });

  it.each(rows.map(({ file, claim }) => [claim, relative(root, file), file]))(
    'is right that %j is claimed in %s',
    (claim, _name, file) => {
      expect(readFileSync(file, 'utf8')).toContain(claim);
    },
  );
});
