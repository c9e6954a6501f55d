import { uriNamesOf } from './uri-names.js';

describe('the URIs of a certificate', () => {
  it.each<[string | undefined, string[]]>([
    [undefined, []],
    ['', []],
    ['DNS:users.test, IP Address:127.0.0.1', []],
    ['URI:spiffe://a/b', ['spiffe://a/b']],
    ['DNS:users.test, URI:spiffe://a/b, URI:spiffe://a/c', ['spiffe://a/b', 'spiffe://a/c']],
    ['URI:"spiffe://a/b, URI:spiffe://a/c"', ['spiffe://a/b, URI:spiffe://a/c']],
    ['DNS:"x, URI:spiffe://a/admin", URI:spiffe://a/b', ['spiffe://a/b']],
    [String.raw`DNS:"x\", URI:spiffe://a/admin", URI:spiffe://a/b`, ['spiffe://a/b']],
  ])('of %j are %j', (names, uris) => {
    expect(uriNamesOf(names)).toEqual(uris);
  });
});
