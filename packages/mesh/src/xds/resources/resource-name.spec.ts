import { namesOf, subjectOf } from './resource-name.js';

describe('the name of an xDS resource', () => {
  it.each([
    ['users', { service: 'users', protocol: 'grpc' }],
    ['users.billing', { service: 'users.billing', protocol: 'grpc' }],
    ['users/http', { service: 'users', protocol: 'http' }],
    ['users/https', { service: 'users', protocol: 'https' }],
  ])('%j stands for the instances %j', (name, subject) => {
    expect(subjectOf(name)).toEqual(subject);
  });

  it.each([
    '',
    '*',
    '/',
    '/http',
    'users/',
    'users/grpc',
    'users/http/x',
    '../users',
    'users\n',
    'ü',
    'users:80',
  ])('%j stands for nothing', (name) => {
    expect(subjectOf(name)).toBeUndefined();
  });

  it('is one of those of its service', () => {
    expect(namesOf('users').map(subjectOf)).not.toContain(undefined);
  });
});
