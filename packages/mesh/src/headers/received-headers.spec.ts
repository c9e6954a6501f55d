import { keepReceived, takenAlong } from './received-headers.js';

function receiving<T>(headers: Record<string, string>, work: () => T): T {
  let result: { value: T } | undefined;
  keepReceived({ headers }, {}, () => (result = { value: work() }));
  if (!result) throw new Error('The request did not go on.');
  return result.value;
}

const request = {
  'x-request-id': 'r1',
  baggage: 'tenant=a',
  traceparent: 'theirs',
  tracestate: 'v=1',
  b3: 'theirs-b3',
  'x-b3-traceid': 't1',
  authorization: 'Bearer secret',
  cookie: 'session=secret',
};

describe('received headers', () => {
  it('go on with a call of an app that does not trace itself, credentials excepted', () => {
    const { authorization: _authorization, cookie: _cookie, ...expected } = request;
    expect(receiving(request, () => takenAlong({}))).toEqual(expected);
  });

  it('give way to the trace of an app that traces itself', () => {
    expect(receiving(request, () => takenAlong({ traceparent: 'ours' }))).toEqual({
      'x-request-id': 'r1',
      baggage: 'tenant=a',
      traceparent: 'ours',
    });
    expect(receiving(request, () => takenAlong({ baggage: 'ours' }))).toEqual({
      'x-request-id': 'r1',
      baggage: 'ours',
    });
  });

  it('are nothing outside of a request', () => {
    receiving(request, () => undefined);
    expect(takenAlong({})).toEqual({});
    expect(takenAlong({ traceparent: 'ours' })).toEqual({ traceparent: 'ours' });
  });

  it('follow a request through its awaits', async () => {
    const later = receiving({ 'x-request-id': 'r2' }, async () => {
      await new Promise(setImmediate);
      return takenAlong({});
    });
    expect(takenAlong({})).toEqual({});
    await expect(later).resolves.toEqual({ 'x-request-id': 'r2' });
  });
});
