import { writeInstance } from '@rookery/discovery';
import { sampleInstance } from '@rookery/discovery/testing';
import { type Entry } from './entry.js';
import { EntryKeys, toBase64 } from './entry-keys.js';
import { EntryReader } from './entry-reader.js';
import { ServiceState } from './service-state.js';

const keys = new EntryKeys('default');

const entry = (id: string, revision: number, lease = `${id}-lease`): Entry => ({
  key: keys.of('users', id),
  value: toBase64(writeInstance(sampleInstance({ id }))),
  lease,
  revision,
});
const stateOf = (revision: number, entries: readonly Entry[], term = 3) =>
  new ServiceState(new EntryReader(keys, () => {}), { revision, term, entries });

describe('a state', () => {
  it('lists who is registered in the order of the ids, whoever came first', () => {
    const state = stateOf(2, [entry('b', 2)]);
    state.put(entry('c', 3));
    state.put(entry('a', 4));
    state.delete(keys.of('users', 'c'), 5);
    expect(state.registered().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(state.revision).toBe(5);
  });
});

describe('a later state', () => {
  const before = stateOf(10, [entry('a', 4), entry('b', 10)]);

  it.each<[string, ServiceState]>([
    ['nothing has changed', stateOf(10, [entry('a', 4), entry('b', 10)])],
    ['others have come, changed and gone', stateOf(15, [entry('a', 12), entry('c', 15)])],
    ['all have gone', stateOf(12, [])],
    ['an id was taken over later', stateOf(12, [entry('a', 12, 'another')])],
  ])('is of the same data when %s', (_what, later) => {
    expect(before.isContinuedBy(later)).toBe(true);
  });

  it.each<[string, ServiceState]>([
    ['revisions go back', stateOf(9, [entry('a', 4)])],
    ['terms go back', stateOf(20, [], 2)],
    ['somebody has gone and nothing has changed', stateOf(10, [entry('a', 4)])],
    ['something old was never seen', stateOf(20, [entry('c', 5)])],
    ['something old hangs on another lease', stateOf(20, [entry('a', 4, 'another')])],
  ])('is of other data when %s', (_what, later) => {
    expect(before.isContinuedBy(later)).toBe(false);
  });
});
