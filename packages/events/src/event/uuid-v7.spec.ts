import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { createIds } from './uuid-v7.js';

describe('UUIDv7 ids', () => {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const next = createIds(clock, seededRandom(1));

  it('have the version, the variant and the time of RFC 9562', () => {
    const id = next();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 1));
  });

  it('are unique and in order, also 10,000 of them within one millisecond', async () => {
    const ids = Array.from({ length: 10_000 }, next);
    await clock.advance(1);
    ids.push(next());
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });
});
