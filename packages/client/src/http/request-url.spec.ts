import { requestPath } from './request-url.js';

describe('request path', () => {
  it('fills names in and adds the query, encoded', () => {
    expect(
      requestPath('/users/:id/orders', {
        params: { id: 'a/b?c#d' },
        query: { page: 2, tag: ['x y', 'é'], none: undefined },
      }),
    ).toBe('/users/a%2Fb%3Fc%23d/orders?page=2&tag=x+y&tag=%C3%A9');
    expect(requestPath('/users', {})).toBe('/users');
  });

  it.each(['..', '.', ''])('refuses %p, which would climb or change the path', (id) => {
    expect(() => requestPath('/users/:id', { params: { id } })).toThrow('params.id must not be empty');
  });

  it.each(['/users/a b', '/users/日本', '/users/é', '/users#top', '/users\n'])(
    'refuses %p, which no URL can hold',
    (path) => {
      expect(() => requestPath(path, {})).toThrow('it holds what no URL can');
    },
  );

  it('refuses a missing value and a path that names another host', () => {
    expect(() => requestPath('/users/:id', {})).toThrow('params.id is missing');
    expect(() => requestPath('@evil.example/users', {})).toThrow('A path starts with "/"');
  });
});
