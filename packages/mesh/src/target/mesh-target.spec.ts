import { InvalidCallError } from '../errors/invalid-call.error.js';
import { clusterAuthority } from './authority.js';
import { meshTarget } from './mesh-target.js';

const inShop = clusterAuthority('shop');

describe('mesh target', () => {
  it.each([
    ['users', 'users.shop.svc.cluster.local'],
    ['users.billing', 'users.billing.svc.cluster.local'],
    ['users.billing.svc.cluster.local', 'users.billing.svc.cluster.local'],
    ['api.example.com', 'api.example.com'],
  ])('of %s has the authority %s', (service, authority) => {
    expect(meshTarget(service, 'find', inShop).authority).toBe(authority);
  });

  it.each([
    ['find', '/find'],
    ['users/42/orders', '/users/42/orders'],
    ['a b?c#d', '/a%20b%3Fc%23d'],
    ['%2e%2e', '/%252e%252e'],
    ['user@host:1', '/user%40host%3A1'],
    ['größe', '/gr%C3%B6%C3%9Fe'],
    ['...', '/...'],
  ])('of the method %j has the path %j', (method, path) => {
    expect(meshTarget('users', method, inShop).path).toBe(path);
  });

  it.each([
    '',
    '/find',
    'find/',
    'a//b',
    '.',
    '..',
    '../admin',
    'a/../../b',
    '..\\admin',
    'a\r\nHost: evil',
    'a\u0000b',
    '\ud800',
    undefined,
  ])('refuses the method %j', (method) => {
    expect(() => meshTarget('users', method as string, inShop)).toThrow(InvalidCallError);
  });

  it.each([
    '',
    '../users',
    'users/admin',
    'root@evil.example',
    'users:80',
    'users evil',
    'users\r\nX-Evil: 1',
    'users..shop',
    'users.',
    '-users',
    'a'.repeat(64),
    42,
    undefined,
  ])('refuses the service %j', (service) => {
    expect(() => meshTarget(service as string, 'find', inShop)).toThrow(InvalidCallError);
  });

  it.each(['127.0.0.1:8080', '[::1]:8080', 'users', 'users_v2.internal:65535'])(
    'takes the authority %j of a function',
    (authority) => {
      expect(meshTarget('users', 'find', () => authority).authority).toBe(authority);
    },
  );

  it.each(['', 'a b', 'u:p@host', 'host/path', 'host:65536', 'host:', 'host\r\nx: y', 'a?b', undefined])(
    'refuses the authority %j of a function',
    (authority) => {
      expect(() => meshTarget('users', 'find', () => authority as string)).toThrow(
        /^MeshClient\.call: authority: /,
      );
    },
  );
});
