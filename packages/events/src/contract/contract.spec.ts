import { OptionsError, type Schema } from '@rookery/common';
import { constant, integer, oneof, property, assert, string } from 'fast-check';
import { z } from 'zod';
import { type RookeryEvent } from '../event/rookery-event.js';
import { defineEvent, type EventContract } from './event-contract.js';
import { readEvent } from './read-event.js';
import { readerOf } from './wanted.js';

const user = z.object({ id: z.number(), name: z.string(), email: z.string().nullable() });
const UserCreated = defineEvent('user.created', {
  version: 3,
  schema: user,
  upcasters: {
    1: async ({ fullName, ...data }: { id: number; fullName: string }) => ({ ...data, name: fullName }),
    2: (data: object) => ({ ...data, email: null }),
  },
});

const written = (version: string, data: unknown, type = 'user.created'): RookeryEvent => ({
  id: '1',
  type,
  source: 's',
  data,
  timestamp: new Date(0),
  version,
  headers: {},
});
const mismatch = (message: RegExp) =>
  expect.objectContaining({ code: 'EVENT_MISMATCH', message: expect.stringMatching(message) });

describe('a contract', () => {
  it('is what it was defined to be, of version 1 unless it says so', () => {
    expect(UserCreated).toMatchObject({ type: 'user.created', version: 3, schema: user });
    expect(defineEvent('a', { schema: user })).toMatchObject({ version: 1, upcasters: {} });
    expect(Object.isFrozen(UserCreated)).toBe(true);
  });

  it.each([
    ['no schema', { schema: undefined }, 'schema: Missing'],
    ['a schema of no library', { schema: {} }, 'schema: Invalid value'],
    ['version 0', { version: 0 }, 'version: Invalid value 0'],
    ['version 1.5', { version: 1.5 }, 'version: Invalid value 1.5'],
    ['an upcaster that is none', { version: 2, upcasters: { 1: 'x' } }, 'upcasters.1: Invalid value'],
    ['an upcaster from its own version', { version: 2, upcasters: { 2: () => {} } }, 'from the versions 2'],
    ['an upcaster from version 0', { version: 1, upcasters: { 0: () => {} } }, 'from the versions 0'],
    ['an upcaster from a word', { version: 2, upcasters: { one: () => {} } }, 'from the versions NaN'],
    ['a gap', { version: 4, upcasters: { 1: () => {}, 3: () => {} } }, 'from the versions 1, 3'],
    ['no way to the last', { version: 3, upcasters: { 1: () => {} } }, 'from the versions 1'],
    ['an option that does not exist', { schemas: {} }, 'schemas'],
  ])('is refused with %s', (_what, options, message) => {
    const define = () => defineEvent('user.created', { schema: user, ...options } as never);
    expect(define).toThrow(OptionsError);
    expect(define).toThrow(message);
  });

  it('is refused for what is no type', () => {
    expect(() => defineEvent('user.*', { schema: user })).toThrow('type: Invalid value "user.*"');
  });
});

describe('an event that is read by its contract', () => {
  it.each([
    ['3', { id: 1, name: 'Ada', email: 'a@b' }, { id: 1, name: 'Ada', email: 'a@b' }],
    ['2', { id: 1, name: 'Ada' }, { id: 1, name: 'Ada', email: null }],
    ['1', { id: 1, fullName: 'Ada' }, { id: 1, name: 'Ada', email: null }],
  ])('of version %s becomes one of the last', async (version, data, expected) => {
    const event = written(version, data);
    expect(await readEvent(event, UserCreated)).toEqual({ ...event, data: expected, version: '3' });
  });

  it('has what the schema makes of its data', async () => {
    const Moved = defineEvent('moved', {
      schema: z.object({ at: z.coerce.date(), by: z.string().default('wind') }),
    });
    const { data } = await readEvent(written('1', { at: '2026-01-01T00:00:00Z', more: 1 }, 'moved'), Moved);
    expect(data).toEqual({ at: new Date('2026-01-01'), by: 'wind' });
    const Ended = defineEvent('ended', { schema: z.undefined() });
    expect((await readEvent(written('1', undefined, 'ended'), Ended)).data).toBeUndefined();
  });

  it.each([
    ['a newer version', '4', {}, /version 4: it is newer than version 3, .* Deploy the newer handler/],
    ['a version that is no number', 'two', {}, /no whole number/],
    ['a version that nothing ends at', '1e3', {}, /no whole number/],
    ['data that does not fit', '3', { id: 1, name: 7, email: null }, /does not fit the schema at name\.$/],
    ['data that an upcaster fails on', '1', null, /the upcaster from version 1 failed\.$/],
  ])('is refused with %s', async (_what, version, data, message) => {
    await expect(readEvent(written(version, data), UserCreated)).rejects.toEqual(mismatch(message));
  });

  it('is refused when nothing brings it to the last version', async () => {
    const Newer = defineEvent('user.created', { version: 2, schema: user });
    await expect(readEvent(written('1', {}), Newer)).rejects.toEqual(
      mismatch(/Give the contract an upcaster for 1/),
    );
  });

  it('is refused by a schema that throws, and the message does not say what it threw', async () => {
    const schema: Schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => {
          throw new Error('secret');
        },
      },
    };
    const error = await readEvent(written('1', {}), defineEvent('user.created', { schema })).catch(String);
    expect(error).toBe('EventMismatchError: user.created, version 1: its data does not fit the schema.');
  });

  it('is refused or read, and nothing else, whatever its version and data', async () => {
    const events: [string, unknown][] = [];
    const version = oneof(string(), integer().map(String), constant('__proto__'), constant('constructor'));
    assert(
      property(
        version,
        oneof(string(), constant(null), constant({})),
        (v, data) => void events.push([v, data]),
      ),
    );
    for (const [v, data] of events) {
      const end = await readEvent(written(v, data), UserCreated).catch((error: unknown) => error);
      expect(end).toEqual(mismatch(/./));
    }
  });
});

describe('the reader of a handler', () => {
  const Other: EventContract = defineEvent('order.placed', { schema: z.string() });

  it('reads each type by its own contract, and the others not at all', async () => {
    const read = readerOf('here', ['user.*', UserCreated, Other, UserCreated]);
    expect((await read?.(written('2', { id: 1, name: 'Ada' })))?.data).toMatchObject({ email: null });
    expect((await read?.(written('1', 'x', 'order.placed')))?.data).toBe('x');
    const foreign = written('9', 'x', 'user.removed');
    expect(await read?.(foreign)).toBe(foreign);
  });

  it('is none without a contract', () => {
    expect(readerOf('here', ['a', 'b.>'])).toBeUndefined();
  });

  it('is refused when two contracts speak of one type', () => {
    const second = defineEvent('user.created', { version: 2, schema: user });
    expect(() => readerOf('here', [second, UserCreated])).toThrow(
      'user.created has two contracts, of the versions 2 and 3.',
    );
  });
});
