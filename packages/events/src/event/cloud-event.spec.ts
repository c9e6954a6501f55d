import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { decodeEvent, encodeEvent } from './cloud-event.js';
import { createEvent } from './create-event.js';
import { InvalidEventError } from './invalid-event.error.js';
import { createIds } from './uuid-v7.js';

const clock = new VirtualClock(Date.UTC(2026, 0, 1));
const origin = { source: 'user-service', clock, nextId: createIds(clock, seededRandom(1)) };
const full = createEvent(
  origin,
  'user.created',
  { name: 'Zoë' },
  {
    id: 'u-1',
    key: 'u',
    subject: 'users/1',
    version: '2',
    expiresIn: '30s',
    headers: { traceparent: '00-aa-bb-01', 'X-Tenant': 'acme' },
  },
);

const valid = { specversion: '1.0', id: '1', source: 's', type: 't' };

describe('CloudEvents', () => {
  it('carry every field, under the names of the specification', () => {
    expect(JSON.parse(encodeEvent(full))).toEqual({
      specversion: '1.0',
      id: 'u-1',
      source: 'user-service',
      type: 'user.created',
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      subject: 'users/1',
      dataversion: '2',
      partitionkey: 'u',
      expirytime: '2026-01-01T00:00:30.000Z',
      traceparent: '00-aa-bb-01',
      rookeryheaders: '{"x-tenant":"acme"}',
      data: { name: 'Zoë' },
    });
  });

  it('come back as they went', () => {
    expect(decodeEvent(encodeEvent(full))).toEqual(full);
    const plain = createEvent(origin, 'a', null);
    expect(decodeEvent(encodeEvent(plain))).toEqual(plain);
  });

  it('of other producers are read: missing and null optional attributes, unknown ones, other JSON types', () => {
    const foreign = { ...valid, subject: null, unknown: 1, datacontenttype: 'application/vnd.x+json; a=b' };
    expect(decodeEvent(JSON.stringify(foreign))).toMatchObject({ id: '1', version: '1', headers: {} });
  });

  it.each([
    ['not JSON', '{', 'not JSON'],
    ['a list', '[]', 'not a JSON object'],
    ['another version', JSON.stringify({ ...valid, specversion: '0.3' }), 'specversion'],
    ['no id', JSON.stringify({ ...valid, id: undefined }), 'id: Missing'],
    ['an empty type', JSON.stringify({ ...valid, type: '' }), 'type'],
    ['a source that is no text', JSON.stringify({ ...valid, source: 7 }), 'source'],
    ['a bad time', JSON.stringify({ ...valid, time: 'yesterday' }), 'time'],
    ['a bad end', JSON.stringify({ ...valid, expirytime: 'soon' }), 'expirytime'],
    ['binary data', JSON.stringify({ ...valid, data_base64: 'AA==' }), 'datacontenttype'],
    ['XML data', JSON.stringify({ ...valid, datacontenttype: 'text/xml' }), 'datacontenttype'],
    ['broken headers', JSON.stringify({ ...valid, rookeryheaders: '{"a":1}' }), 'rookeryheaders.a'],
  ])('are refused with a reason: %s', (_what, body, reason) => {
    expect(() => decodeEvent(body)).toThrow(InvalidEventError);
    expect(() => decodeEvent(body)).toThrow(reason);
  });

  it('cannot be made of what JSON cannot carry', () => {
    expect(() => encodeEvent(createEvent(origin, 'a', 1n))).toThrow('data: JSON cannot carry it');
  });
});

describe('a new event', () => {
  it.each(['', 'a b', 'a.*', '>', 'a.', 'a\u0000b', '$queue.x', 'x'.repeat(256)])('refuses type %p', (type) =>
    expect(() => createEvent(origin, type, 1)).toThrow(InvalidEventError),
  );

  it.each([0, -1, 'soon', '40000d', null])('refuses to expire in %p', (expiresIn) => {
    expect(() => createEvent(origin, 'a', 1, { expiresIn: expiresIn as number })).toThrow(
      'expiresIn: Use a duration',
    );
  });

  it('has an id of its own unless one is given, and refuses an empty one', () => {
    expect(createEvent(origin, 'a', 1).id).not.toBe(createEvent(origin, 'a', 1).id);
    expect(() => createEvent(origin, 'a', 1, { id: '' })).toThrow('id: Use a text');
  });
});
