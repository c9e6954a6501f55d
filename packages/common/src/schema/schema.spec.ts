import { type StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { fit } from './fit.js';
import { atPlaces, issuesOf } from './issue.js';
import { schemaCheck } from './schema.js';

const failing = (issues: readonly StandardSchemaV1.Issue[]): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) },
});

describe('a schema', () => {
  it('makes of a value what it says, also when that takes time', async () => {
    const trimmed = z.object({ name: z.string().trim() });
    expect(await fit(trimmed, { name: ' Ada ', more: 1 })).toEqual({ value: { name: 'Ada' } });
    const slow = z.string().refine(async (text) => text.startsWith('A'));
    expect(await fit(slow, 'Ada')).toEqual({ value: 'Ada' });
    expect((await fit(slow, 'Bob')).issues).toHaveLength(1);
  });

  it('says where a value does not fit', async () => {
    const order = z.object({ items: z.array(z.object({ sku: z.string() })), 'a b': z.number() });
    const { issues = [] } = await fit(order, { items: [{ sku: 'x' }, { sku: 7 }], 'a b': 'secret' });
    expect(issues.map(({ path }) => path)).toEqual(['items[1].sku', '["a b"]']);
    expect(atPlaces(issues)).toBe(' at items[1].sku, ["a b"]');
  });

  it('is known by its interface, be it an object or a function', () => {
    const problemsOf = (value: unknown) => {
      const problems: string[] = [];
      schemaCheck(value, 'schema', problems);
      return problems;
    };
    const callable = Object.assign(() => {}, failing([]));
    for (const schema of [z.string(), failing([]), callable, undefined])
      expect(problemsOf(schema)).toEqual([]);
    for (const other of [{}, null, 7, 'zod', { '~standard': { version: 2 } }, { '~standard': null }])
      expect(problemsOf(other)[0]).toContain('Use a schema that speaks Standard Schema v1');
  });
});

describe('issues', () => {
  it('take paths in both forms that the standard knows, and are bounded', () => {
    const paths = [['a', { key: 0 }, { key: 'b' }], undefined, [Symbol('s')], ['k'.repeat(500)]];
    const issues = issuesOf(paths.map((path) => (path ? { message: 'wrong', path } : { message: 'wrong' })));
    expect(issues.map(({ path }) => path.slice(0, 12))).toEqual([
      'a[0].b',
      '',
      '["Symbol(s)"',
      'kkkkkkkkkkkk',
    ]);
    expect(issues[3]?.path.length).toBeLessThan(110);
    expect(issuesOf(Array.from({ length: 1_000 }, () => ({ message: 'wrong' })))).toHaveLength(20);
    expect(atPlaces([{ path: '', message: 'wrong' }])).toBe('');
  });
});
