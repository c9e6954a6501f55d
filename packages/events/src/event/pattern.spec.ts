import { isEventPattern, matchesPattern } from './pattern.js';

describe('patterns', () => {
  it.each([
    ['user.created', 'user.created', true],
    ['user.created', 'user.deleted', false],
    ['user.created', 'user', false],
    ['user', 'user.created', false],
    ['user.*', 'user.created', true],
    ['user.*', 'user.created.v2', false],
    ['user.*', 'user', false],
    ['*.created', 'user.created', true],
    ['*.created', 'order.item.created', false],
    ['*.*', 'user.created', true],
    ['user.>', 'user.created', true],
    ['user.>', 'user.created.v2', true],
    ['user.>', 'user', false],
    ['*.item.>', 'order.item.added', true],
    ['*.item.>', 'order.item', false],
    ['>', 'user', true],
    ['>', 'user.created.v2', true],
    ['>', '$queue.emails', false],
    ['*.emails', '$queue.emails', false],
    ['$queue.emails', '$queue.emails', true],
    ['größe.*', 'größe.geändert', true],
    ['user.created', 'USER.created', false],
  ])('%s on %s: %s', (pattern, type, expected) => {
    expect(isEventPattern(pattern)).toBe(true);
    expect(matchesPattern(pattern, type)).toBe(expected);
  });

  it.each([
    '',
    '.',
    'user.',
    '.created',
    'a..b',
    'user.>.x',
    '>.x',
    'us*er',
    'user.created>',
    'a b',
    '**',
    7,
  ])('%p is not one', (pattern) => expect(isEventPattern(pattern)).toBe(false));

  it('costs one pass, whatever the pattern', () => {
    const type = Array.from({ length: 120 }, () => 'a').join('.');
    const pattern = `${Array.from({ length: 119 }, () => '*').join('.')}.b`;
    expect(matchesPattern(pattern, type)).toBe(false);
  });
});
