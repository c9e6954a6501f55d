import { decodeBody, decodeErrorBody } from './answer.js';
import { headerProblem, headersCheck } from './headers.js';
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

describe('a header that a caller passes on', () => {
  it.each([
    // Of the connection (RFC 9110, section 7.6.1), and what old proxies made of them.
    ['Connection', 'x-secret'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Authenticate', 'Basic'],
    ['Proxy-Authorization', 'Basic YTpi'],
    ['Proxy-Connection', 'keep-alive'],
    ['TE', 'trailers'],
    ['Trailer', 'x-a'],
    ['Transfer-Encoding', 'chunked'],
    ['Upgrade', 'h2c'],
    ['Content-Length', '5'],
    ['Host', 'evil'],
    ['Expect', '100-continue'],
  ])('is refused as %s, which belongs to one connection', (name, value) => {
    expect(headerProblem(name, value)).toBe('Set by the client itself. Leave it out.');
  });

  it.each([
    ['CR LF', 'a\r\nx-admin: 1'],
    ['a bare LF', 'a\nx-admin: 1'],
    ['a bare CR', 'a\rx-admin: 1'],
    ['NUL', 'a\0'],
    ['DEL', 'a\x7f'],
    ['what is not latin-1', 'a\u0100'],
    ['what becomes a line break in latin-1', 'a\u010a\u010dx: y'],
    ['an emoji', '\u{1f600}'],
    ['no text', 5],
  ])('is refused with %s in it, and the message does not show it', (_what, value) => {
    for (const name of ['baggage', 'tracestate', 'traceparent', 'x-rookery-timeout-ms', 'x-tenant']) {
      expect(headerProblem(name, value)).toBe(
        'Invalid value. Use a text without line breaks and control characters.',
      );
    }
  });

  it.each(['', ' ', 'a b', 'a:b', 'a\r\nb', 'a\0', '\u00e4', 'x'.repeat(5) + '\n'])(
    'is refused under the name %j',
    (name) => {
      expect(headerProblem(name, 'a')).toBe('Invalid name. Use a header name such as x-tenant.');
    },
  );
});

describe('a failed request', () => {
  it('was surely never sent when there was no connection', () => {
    expect(neverSent(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))).toBe(true);
    expect(neverSent(Object.assign(new Error('no'), { code: 'ECONNRESET' }))).toBe(false);
    expect(neverSent(new Error('no'))).toBe(false);
    expect(neverSent(undefined)).toBe(false);
  });
});
