import { DEEPEST_JSON, parseForeignJson } from './foreign-json.js';
import { isNestedDeeper } from './nesting.js';

const nested = (depth: number, open: string, close: string, inside = '') =>
  open.repeat(depth) + inside + close.repeat(depth);

describe('JSON of another party', () => {
  it.each([
    ['an object', '{"a":[1,"x",null]}', { a: [1, 'x', null] }],
    ['a key that only looks alike', '{"__proto":1,"proto__":2}', { __proto: 1, proto__: 2 }],
    [
      'a text that names a prototype',
      '["__proto__","constructor.prototype"]',
      ['__proto__', 'constructor.prototype'],
    ],
    ['a constructor without a prototype', '{"constructor":"Acme Ltd"}', { constructor: 'Acme Ltd' }],
    ['an escape that names nothing', '{"caf\\u0065":1}', { cafe: 1 }],
    ['a key that is there twice: the last counts', '{"a":1,"a":2}', { a: 2 }],
  ])('is read: %s', (_what, text, value) => {
    expect(parseForeignJson(text)).toEqual(value);
  });

  it.each([
    ['at the top', '{"__proto__":{"polluted":true}}'],
    ['further down', '{"a":[{"b":{"__proto__":1}}]}'],
    ['in escapes', '{"\\u005f_proto\\u005f_":{"polluted":true}}'],
    ['in escapes of letters', '{"__\\u0070roto__":{"polluted":true}}'],
    ['through the constructor', '[{"constructor":{"prototype":{"polluted":true}}}]'],
    ['through an escaped constructor', '[{"c\\u006fnstructor":{"pr\\u006ftotype":{"polluted":true}}}]'],
  ])('is refused when a key reaches a prototype %s', (_where, text) => {
    expect(() => parseForeignJson(text)).toThrow(/^The JSON is refused: it has the key "/);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is refused when it is broken', () => {
    expect(() => parseForeignJson('{"a":')).toThrow(SyntaxError);
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('is read up to a depth of 1000 %s, and refused beyond', (_what, open, close) => {
    expect(() => parseForeignJson(nested(DEEPEST_JSON, open, close, '1'))).not.toThrow();
    expect(() => parseForeignJson(nested(DEEPEST_JSON + 1, open, close, '1'))).toThrow(
      'it is nested deeper than 1000 levels',
    );
  });
});

describe('nesting', () => {
  it.each([
    ['side by side', `[${'[],'.repeat(5_000)}[]]`, false],
    ['brackets in a text', `["${'['.repeat(5_000)}"]`, false],
    ['brackets behind an escaped quote', `["\\"${'['.repeat(5_000)}"]`, false],
    ['brackets behind an escaped backslash', `["\\\\",${nested(1_000, '[', ']')}]`, true],
    ['closing brackets in texts, which close nothing', nested(2_000, '["]]]",', ']', '1'), true],
    ['a text that does not end', `[["${'['.repeat(5_000)}`, false],
    ['opening brackets alone', '['.repeat(2_000), true],
  ])('is told of %s', (_what, text, deeper) => {
    expect(isNestedDeeper(text, 1_000)).toBe(deeper);
  });
});
