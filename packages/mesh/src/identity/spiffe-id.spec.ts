import { isTrustDomain, serviceAccountIds, trustDomainOf } from './spiffe-id.js';

describe('a SPIFFE id', () => {
  it.each([
    ['spiffe://example.org/ns/shop/sa/users', 'example.org'],
    ['spiffe://a_b.c-d/Users.v1', 'a_b.c-d'],
  ])('%s is of the trust domain %s', (id, trustDomain) => {
    expect(trustDomainOf(id)).toBe(trustDomain);
  });

  it.each([
    '',
    'spiffe://example.org',
    'spiffe://example.org/',
    'spiffe://example.org/users/',
    'spiffe://example.org//users',
    'spiffe://example.org/../users',
    'spiffe://example.org/./users',
    'spiffe://example.org/users?x=1',
    'spiffe://example.org/users#x',
    'spiffe://example.org/%75sers',
    'spiffe://example.org:443/users',
    'spiffe://me@example.org/users',
    'spiffe://Example.org/users',
    'SPIFFE://example.org/users',
    'https://example.org/users',
    'spiffe:///users',
    `spiffe://example.org/${'a'.repeat(2_048)}`,
    'spiffe://example.org/users\n',
  ])('is not %j', (id) => {
    expect(trustDomainOf(id)).toBeUndefined();
  });

  it('of a service is that of its account in its namespace', () => {
    const idOf = serviceAccountIds('example.org', 'shop');
    expect(idOf('users')).toBe('spiffe://example.org/ns/shop/sa/users');
    expect(idOf('users.billing')).toBe('spiffe://example.org/ns/billing/sa/users');
  });

  it.each(['', 'Example.org', 'a/b', 'a b', undefined, 7])('has no trust domain %j', (value) => {
    expect(isTrustDomain(value)).toBe(false);
  });
});
