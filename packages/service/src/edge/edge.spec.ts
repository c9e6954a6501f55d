import { beliefIn } from './belief.js';
import { edgeCheck, parseNetwork } from './edge.options.js';
import { fleetHeader } from './fleet-headers.js';

describe('belief', () => {
  it.each([
    [false, { remoteAddress: '8.8.8.8' }, true],
    [true, { remoteAddress: '10.0.0.1', authorized: true }, false],
    [{}, { remoteAddress: '10.0.0.1', authorized: true }, false],
    [{ networks: ['10.0.0.0/8'] }, { remoteAddress: '10.255.0.1' }, true],
    [{ networks: ['10.0.0.0/8'] }, { remoteAddress: '11.0.0.1' }, false],
    [{ networks: ['10.0.0.0/8'] }, { remoteAddress: '::ffff:10.0.0.1' }, true],
    [{ networks: ['10.0.0.0/8'] }, { remoteAddress: '::ffff:11.0.0.1' }, false],
    [{ networks: ['fd00::/8'] }, { remoteAddress: 'fd12::1' }, true],
    [{ networks: ['fd00::/8'] }, { remoteAddress: 'fe80::1' }, false],
    [{ networks: ['0.0.0.0/0'] }, { remoteAddress: 'unknown' }, false],
    [{ networks: ['0.0.0.0/0'] }, {}, false],
    [{ networks: ['10.0.0.0/8'], certificates: true }, { remoteAddress: '1.1.1.1', authorized: true }, true],
    [{ certificates: true }, { remoteAddress: '1.1.1.1', authorized: false }, false],
    [{ certificates: true }, { remoteAddress: '1.1.1.1' }, false],
  ])('by %j in %j is %p', (edge, peer, believed) => {
    expect(beliefIn(edge)(peer)).toBe(believed);
  });
});

describe('options', () => {
  const problemsOf = (edge: unknown) => {
    const problems: string[] = [];
    edgeCheck(edge, 'edge', problems);
    return problems;
  };

  it.each([undefined, true, false, {}, { networks: ['::1/128'], certificates: true, drop: ['x-a'] }])(
    '%j pass',
    (edge) => expect(problemsOf(edge)).toEqual([]),
  );

  it.each([
    ['yes', 'edge: Invalid value "yes". Use an object.'],
    [{ trust: [] }, 'edge.trust: Unknown option.'],
    [{ networks: ['10.0.0.0'] }, 'edge.networks[0]: Invalid value "10.0.0.0".'],
    [{ networks: ['10.0.0.0/33'] }, 'edge.networks[0]: '],
    [{ networks: ['::/129'] }, 'edge.networks[0]: '],
    [{ networks: ['host/8'] }, 'edge.networks[0]: '],
    [{ drop: ['a b'] }, 'edge.drop[0]: '],
    [{ certificates: 1 }, 'edge.certificates: '],
  ])('%j are refused by name', (edge, message) => {
    expect(problemsOf(edge)).toEqual([expect.stringContaining(message)]);
  });

  it('are read as networks of either family', () => {
    expect(parseNetwork('10.0.0.0/8')).toEqual({ address: '10.0.0.0', prefix: 8, family: 'ipv4' });
    expect(parseNetwork('fd00::/8')).toMatchObject({ family: 'ipv6' });
  });
});

it('headers of the fleet are known by name, and others are not', () => {
  const isFleetHeader = fleetHeader(['X-Tenant']);
  expect(['x-rookery-timeout-ms', 'traceparent', 'baggage', 'x-tenant'].filter(isFleetHeader)).toHaveLength(
    4,
  );
  expect(['idempotency-key', 'authorization', 'x-rookeryish', 'trace'].filter(isFleetHeader)).toEqual([]);
});
