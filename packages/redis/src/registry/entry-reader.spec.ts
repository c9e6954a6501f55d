import { writeInstance } from '@rookery/discovery';
import { sampleInstance } from '@rookery/discovery/testing';
import { EntryReader } from './entry-reader.js';
import { type EntryRow } from './entry-rows.js';

describe('a reader of entries', () => {
  let reader: EntryReader;
  let ignored: number;

  beforeEach(() => {
    ignored = 0;
    reader = new EntryReader(() => (ignored += 1));
  });

  const row = (id: string, record: string): EntryRow => ({ id, size: String(record.length), record });
  const entry = (id: string, facts = {}) => row(id, writeInstance(sampleInstance({ id, ...facts })));
  const read = (...rows: EntryRow[]) => reader.read('users', rows);
  const ids = (...rows: EntryRow[]) => read(...rows).map(({ id }) => id);

  it('lists what it reads in the order of the ids', () => {
    expect(ids(entry('b'), entry('a'))).toEqual(['a', 'b']);
  });

  it('keeps the object of an instance that has not changed, and replaces one that has', () => {
    const [before] = read(entry('a'));
    expect(read(entry('a'))[0]).toBe(before);
    expect(read(entry('a', { port: 9 }))[0]).toMatchObject({ id: 'a', port: 9 });
  });

  it('forgets what is not there any more', () => {
    read(entry('a'), entry('b'));
    expect(ids(entry('b'))).toEqual(['b']);
    expect(ids()).toEqual([]);
  });

  it.each<[string, EntryRow]>([
    ['is no JSON', row('bad', '{')],
    ['has another version', row('bad', entry('bad').record.replace('"v":1', '"v":2'))],
    ['stands under another id', row('bad', entry('good').record)],
    ['stands under another service', entry('bad', { service: 'orders' })],
    ['is too large to be sent', { id: 'bad', size: '70000', record: '' }],
    ['is no hash', { id: 'bad', size: '-1', record: '' }],
  ])('ignores an entry that %s, and counts it once for each time that it was written', (_what, bad) => {
    expect(ids(bad, entry('good'))).toEqual(['good']);
    expect(ids(bad, entry('good'))).toEqual(['good']);
    expect(ignored).toBe(1);
    expect(ids({ ...bad, size: '70001', record: '' })).toEqual([]);
    expect(ignored).toBe(2);
  });

  it('takes an entry that was bad when it is right again, and the other way round', () => {
    expect(ids(row('a', '{'))).toEqual([]);
    expect(ids(entry('a'))).toEqual(['a']);
    expect(ids(row('a', '{'))).toEqual([]);
    expect(ignored).toBe(2);
  });

  it('keeps services apart, and forgets each alone', () => {
    const order = entry('a', { service: 'orders' });
    const [user] = read(entry('a'));
    const [before] = reader.read('orders', [order]);
    reader.forget('users');
    expect(read(entry('a'))[0]).not.toBe(user);
    expect(reader.read('orders', [order])[0]).toBe(before);
  });
});
