import { ownHostProblem } from './own-host.js';

const certain = (host: string, ...rest: [object?, ('host' | 'network')?]) =>
  ownHostProblem(host, rest[0] ?? {}, rest[1] ?? 'network')?.certain;

describe('the host under which an app is registered', () => {
  it.each(['10.0.0.1', '8.8.8.8', 'fd00::1', 'users.internal'])('is as good as any at %p', (host) =>
    expect(certain(host)).toBeUndefined(),
  );

  it.each([
    '0.0.0.0',
    '::',
    '::ffff:0.0.0.0',
    '224.0.0.1',
    '169.254.169.254',
    'metadata.google.internal',
    '127.1',
  ])('is certainly wrong at %p', (host) => {
    expect(certain(host)).toBe(true);
    expect(certain(host, {}, 'host')).toBe(true);
  });

  it.each(['127.0.0.1', '::1', 'localhost', 'fe80::1', '240.0.0.1'])(
    'depends on its callers at %p, in a registry of the network',
    (host) => expect(certain(host)).toBe(false),
  );

  it('is right where this app itself admits it', () => {
    expect(certain('127.0.0.1', {}, 'host')).toBeUndefined();
    expect(certain('127.0.0.1', { special: ['loopback'] })).toBeUndefined();
    expect(certain('10.0.0.1', { allow: ['10.0.0.0/8'] })).toBeUndefined();
    expect(certain('0.0.0.0', { special: ['unspecified'] })).toBeUndefined();
  });

  it('depends on its callers where this app itself would not admit it', () => {
    expect(ownHostProblem('192.168.0.1', { allow: ['10.0.0.0/8'] }, 'network')).toEqual({
      certain: false,
      detail:
        '192.168.0.1 is none of those that admit.allow of this app lists, so callers refuse this instance unless they admit it. Advertise another host, or admit this one in all apps.',
    });
    expect(certain('127.0.0.1', { special: [] }, 'host')).toBe(false);
  });
});
