import { EntryKeys, fromBase64, rangeAfter, rangeOf } from './entry-keys.js';

const keys = new EntryKeys('default');

/** Whether a key is in the range that the server is asked for: it compares bytes. */
function isWithin(key: string, range: { readonly key: string; readonly range_end: string }): boolean {
  const [from, to] = [range.key, range.range_end].map((text) => Buffer.from(text, 'base64'));
  const bytes = Buffer.from(key);
  return bytes.compare(from ?? bytes) >= 0 && bytes.compare(to ?? bytes) < 0;
}

describe('the key of an entry', () => {
  it('can be read', () => {
    expect(keys.of('users', 'users-1')).toBe('/rookery/default/users/users-1');
  });

  it.each(['a/b', '../x', '..', '%2F', 'ü', '', ' ', '\u0000', '\uD800', '0', '~'])(
    'of the id %p is below its service, and one level deep',
    (id) => {
      const key = keys.of('users', id);
      expect(isWithin(key, rangeOf(keys.ofService('users')))).toBe(true);
      expect(isWithin(key, rangeOf(keys.all))).toBe(true);
      expect(key.split('/')).toHaveLength(5);
    },
  );

  it.each(['users2', 'users.x', 'users-x', 'Users', 'user', 'userz', 'users0'])(
    'of the service %p is not below users',
    (service) => {
      expect(isWithin(keys.of(service, 'a'), rangeOf(keys.ofService('users')))).toBe(false);
    },
  );

  it('of another namespace is in another place', () => {
    for (const other of ['default2', 'default-', 'defaul'])
      expect(isWithin(new EntryKeys(other).of('users', 'a'), rangeOf(keys.all))).toBe(false);
  });

  it('differs for each service and id', () => {
    const pairs = [
      ['a', 'b/c'],
      ['a/b', 'c'],
      ['a%2Fb', 'c'],
      ['A', 'b'],
    ] as const;
    expect(new Set(pairs.map(([service, id]) => keys.of(service, id))).size).toBe(pairs.length);
  });

  it('is where the next page begins, without it', () => {
    const range = rangeOf(keys.ofService('users'));
    const next = rangeAfter(keys.of('users', 'a'), range);
    expect(isWithin(keys.of('users', 'a'), next)).toBe(false);
    expect(isWithin(keys.of('users', 'a!'), next)).toBe(true);
    expect(fromBase64(next.range_end)).toBe('/rookery/default/users0');
  });
});
