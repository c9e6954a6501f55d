import { decodeBody, decodeErrorBody } from './answer.js';
import { headersCheck } from './headers.js';
import { neverSent } from './never-sent.js';

describe('the body of an answer', () => {
  it.each([
    ['application/json', '{"a":1}', { a: 1 }],
    ['application/problem+json; charset=utf-8', '[1]', [1]],
    ['text/plain', '{"a":1}', '{"a":1}'],
    ['application/jsonp', '1', '1'],
    ['application/json', '', undefined],
  ])('of type %p is decoded from %p to %p', (contentType, body, value) => {
    expect(decodeBody({ contentType, body })).toEqual(value);
  });

  it('is refused when it is broken JSON, but not when it belongs to an error', () => {
    const broken = { contentType: 'application/json', body: '{"a":' };
    expect(() => decodeBody(broken)).toThrow(SyntaxError);
    expect(decodeErrorBody(broken)).toBe('{"a":');
  });
});

describe('headers of an option', () => {
  const problemsOf = (headers: unknown) => {
    const problems: string[] = [];
    headersCheck(headers, 'headers', problems);
    return problems;
  };

  it('may be any but those that the client sets, without line breaks', () => {
    expect(problemsOf({ 'X-Tenant': 'a', authorization: 'Bearer b' })).toEqual([]);
    expect(problemsOf(undefined)).toEqual([]);
    expect(problemsOf({ Host: 'evil' })).toEqual(['headers.Host: Set by the client itself. Leave it out.']);
    expect(problemsOf({ 'x-a': 'b\r\nx-c: d' })[0]).toMatch(/^headers\.x-a: Invalid value\./);
    expect(problemsOf({ 'x a': 'b' })[0]).toMatch(/^headers\.x a: Invalid name\./);
    expect(problemsOf([])).toEqual(['headers: Invalid value a list. Use an object.']);
  });
});

describe('a failed request', () => {
  it('was surely never sent when there was no connection', () => {
    expect(neverSent(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))).toBe(true);
    expect(neverSent(Object.assign(new Error('no'), { code: 'ECONNRESET' }))).toBe(false);
    expect(neverSent(new Error('no'))).toBe(false);
    expect(neverSent(undefined)).toBe(false);
  });
});
