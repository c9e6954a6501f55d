import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { changeInstance, createInstance } from './create-instance.js';
import { type NewInstance } from './service-instance.js';

const sources = { clock: new VirtualClock(1_000), random: seededRandom(1) };
const minimal = { service: 'users', host: '10.0.0.1', port: 80 };

describe('an instance', () => {
  it('has defaults for all but service, host and port, and cannot be changed', () => {
    const instance = createInstance(minimal, sources);
    expect(instance).toEqual({
      ...minimal,
      id: expect.stringMatching(/^users-[a-z0-9]{12}$/),
      protocol: 'http',
      version: '0.0.0',
      weight: 1,
      metadata: {},
      status: 'up',
      startedAt: 1_000,
    });
    expect(Object.isFrozen(instance) && Object.isFrozen(instance.metadata)).toBe(true);
    expect(createInstance(minimal, sources).id).not.toBe(instance.id);
  });

  it.each(['localhost', 'users.internal', 'a_b.example.', '127.0.0.1', '::1', 'fe80::1'])(
    'takes the host %p',
    (host) => {
      expect(createInstance({ ...minimal, host }, sources).host).toBe(host);
    },
  );

  it.each<[object, string]>([
    [{ host: '' }, 'host: Invalid value ""'],
    [{ host: 'http://users' }, 'host: Invalid value'],
    [{ host: 'users:80' }, 'host: Invalid value'],
    [{ host: '[::1]' }, 'host: Invalid value'],
    [{ host: 'evil@users' }, 'host: Invalid value'],
    [{ port: 0 }, 'port: Invalid value 0. Use a whole number from 1 to 65535.'],
    [{ port: 65_536 }, 'port: Invalid value 65536'],
    [{ port: '80' }, 'port: Invalid value'],
    [{ service: 'a/b' }, 'service: Invalid value "a/b"'],
    [{ service: 'rookery.control' }, 'service: "rookery.control" is kept for requests to instances.'],
    [{ id: '' }, 'id: Invalid value ""'],
    [{ id: 'line\nbreak' }, 'id: Invalid value'],
    [{ id: 'x'.repeat(129) }, 'id: Invalid value'],
    [{ id: 'half\ud83d' }, 'id: Invalid value'],
    [{ weight: 0 }, 'weight: Invalid value 0. Use a whole number from 1 to 1000.'],
    [{ protocol: 'HTTP' }, 'protocol: Invalid value "HTTP"'],
    [{ metadata: { size: 1 } }, 'metadata.size: Invalid value 1. Use a text.'],
    [{ metadata: { size: undefined } }, 'metadata.size: Missing.'],
    [{ metadata: ['a'] }, 'metadata: Invalid value a list. Use an object.'],
    [
      { metadata: { large: 'x'.repeat(4_096) } },
      'metadata: Invalid value an object. Use an object that takes at most 4096 bytes',
    ],
    [{ colour: 'red' }, 'colour: Unknown option'],
  ])('is refused with %p', (facts, message) => {
    expect(() => createInstance({ ...minimal, ...facts } as NewInstance, sources)).toThrow(message);
  });

  it('takes an id in any script, whole characters provided', () => {
    expect(createInstance({ ...minimal, id: 'ünï-ço∂é 🐦' }, sources).id).toBe('ünï-ço∂é 🐦');
  });

  it('names everything that is wrong at once', () => {
    expect(() => createInstance({ service: 'users', host: '', port: 0 }, sources)).toThrow(/host: .* port: /);
  });

  it('is checked again when it changes', () => {
    const instance = createInstance(minimal, sources);
    expect(changeInstance(instance, { status: 'draining' })).toEqual({ ...instance, status: 'draining' });
    expect(() => changeInstance(instance, { weight: -1 })).toThrow('weight: Invalid value -1');
  });
});
