import { formOf, joinPaths, namesIn, pathProblem } from './route-path.js';

describe('the paths of a contract', () => {
  it.each([
    [['users', ':id'], '/users/:id'],
    [['/users/', '/'], '/users'],
    [['', ''], '/'],
    [['v1/users', '/:id/orders/'], '/v1/users/:id/orders'],
  ])('%j join to %s', (parts, whole) => {
    expect(joinPaths(...parts)).toBe(whole);
  });

  it.each([
    '',
    '/',
    'users',
    '/users/:id/',
    'a/:b/c',
    ':from-:to',
    'users/:id.json',
    '@me',
    'a~b_c.d-e',
    'a;b=c,d$e&f',
  ])('accept %j', (path) => {
    expect(pathProblem(path)).toBeUndefined();
  });

  it.each([
    ['*', /no single URL/],
    ['users/*rest', /no single URL/],
    ['users{/:id}', /no single URL/],
    ['users/:id?', /no single URL/],
    ['users/:id(\\d+)', /no single URL/],
    ['a+b', /no single URL/],
    ['a//b', /no single URL/],
    ['a/../b', /no single URL/],
    ['./a', /no single URL/],
    ['a b', /no single URL/],
    ['café', /no single URL/],
    ['a%20b', /no single URL/],
    ['a?b=c', /no single URL/],
    ['a#b', /no single URL/],
    [':/a', /no single URL/],
    ['//evil.example/a', /no single URL/],
    [':id/x/:id', /":id" twice/],
    [['a', 'b'], /several paths/],
    [/a/, /several paths/],
  ])('refuse %j', (path, why) => {
    expect(pathProblem(path)).toMatch(why);
  });

  it('have the same form when only names differ', () => {
    expect(formOf('/users/:id/x')).toBe(formOf('/users/:user/x'));
    expect(formOf('/users/me')).not.toBe(formOf('/users/:me'));
    expect(namesIn('/a/:b/:c_d.json')).toEqual(['b', 'c_d']);
  });
});
