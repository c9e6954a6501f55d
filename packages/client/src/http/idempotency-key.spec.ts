import { HttpStatusError } from '../errors/http-status.error.js';
import { idempotencyHeader } from './idempotency-key.js';
import { keyFailure } from './key-failure.js';

describe('the header of an idempotency key', () => {
  it('is a structured string', () => {
    expect(idempotencyHeader('order-7', {})).toEqual({ 'idempotency-key': '"order-7"' });
    expect(idempotencyHeader('a"b\\c', {})).toEqual({ 'idempotency-key': '"a\\"b\\\\c"' });
    expect(idempotencyHeader(undefined, {})).toEqual({});
  });

  it('is another one for each call that asks for any', () => {
    const [one, other] = [idempotencyHeader(true, {}), idempotencyHeader(true, {})];
    expect(one['idempotency-key']).toMatch(/^"[\da-f-]{36}"$/);
    expect(one).not.toEqual(other);
  });

  it.each([[''], ['ü'], ['a\r\nx-evil: 1'], ['k'.repeat(256)], [7], [false], [null]])('refuses %p', (key) => {
    expect(() => idempotencyHeader(key, {})).toThrow(TypeError);
  });

  it('is refused beside one that the caller sends itself', () => {
    expect(() => idempotencyHeader(true, { 'idempotency-key': 'x' })).toThrow('Leave one of them out.');
  });
});

describe('an answer to a request with an idempotency key', () => {
  const answer = (status: number, problem = {}) =>
    new HttpStatusError('POST orders/', status, undefined, undefined, {
      type: 'about:blank',
      members: {},
      ...problem,
    });
  const outstanding = { title: 'A request is outstanding for this Idempotency-Key' };

  it.each([
    ['409 to the first try', answer(409), 1, undefined],
    ['409 to a later one', answer(409), 2, 'STILL_IN_FLIGHT'],
    ['409 that names the key', answer(409, outstanding), 1, 'STILL_IN_FLIGHT'],
    ['422', answer(422), 2, undefined],
    [
      '422 that names the key',
      answer(422, { type: 'https://x.example/idempotency' }),
      1,
      'IDEMPOTENCY_KEY_REUSED',
    ],
    ['400 that names the key', answer(400, outstanding), 1, undefined],
    ['409 without a problem', new HttpStatusError('POST orders/', 409, ''), 1, undefined],
  ])('%s (try %#)', (_what, failure, number, code) => {
    expect(keyFailure(failure, number)?.code).toBe(code);
  });
});
