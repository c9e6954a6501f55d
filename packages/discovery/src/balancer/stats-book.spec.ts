import { sampleInstance } from '../testing/sample-instance.js';
import { StatsBook } from './stats-book.js';

const HOUR = 3_600_000;
const [a, b] = [sampleInstance({ id: 'a' }), sampleInstance({ id: 'b' })];

describe('the statistics of instances', () => {
  it('come back with an instance that was away for a short time', () => {
    const book = new StatsBook();
    book.list([a, b], 0);
    const stats = book.of('a')?.stats;
    book.list([b], 1_000);
    book.list([a, b], 2_000);
    expect(book.of('a')?.stats).toBe(stats);
  });

  it.each([
    ['kept for ten minutes', 10 * 60_000, 2],
    ['dropped after that', 10 * 60_000 + 1, 1],
  ])('are %s without the instance', (_what, ms, size) => {
    const book = new StatsBook();
    book.list([a, b], 0);
    book.list([b], 1_000);
    book.list([b], 1_000 + ms);
    expect(book.size).toBe(size);
  });

  it('come back also when the list had been stable for long before', () => {
    const book = new StatsBook();
    book.list([a, b], 0);
    const stats = book.of('a')?.stats;
    book.list([b], HOUR);
    book.list([a, b], HOUR + 10);
    expect(book.of('a')?.stats).toBe(stats);
  });

  it('are dropped when an instance has been gone for long and no call is running', () => {
    const book = new StatsBook();
    book.list([a, b], 0);
    book.of('a')?.stats.started();
    book.list([], 1);
    book.list([], HOUR);
    expect(book.size).toBe(1);
    book.of('a')?.stats.ended('success', 1, HOUR);
    book.list([], 2 * HOUR);
    expect(book.size).toBe(0);
  });
});
