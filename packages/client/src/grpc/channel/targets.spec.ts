import { type LookupFunction } from 'node:net';
import { resolveTargets } from './targets.js';

const ADDRESS = { host: 'users.internal', port: 50051, secure: false };

const leadingTo =
  (...addresses: string[]): LookupFunction =>
  (_host, _options, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('what a channel connects to', () => {
  it('has all addresses of a name, those of the first family first', async () => {
    expect(await resolveTargets(ADDRESS, leadingTo('10.0.0.1', 'fd00::1', '10.0.0.2'))).toEqual([
      'ipv4:10.0.0.1:50051,10.0.0.2:50051',
      'ipv6:[fd00::1]:50051',
    ]);
    expect(await resolveTargets(ADDRESS, leadingTo('::1', '127.0.0.1'))).toEqual([
      'ipv6:[::1]:50051',
      'ipv4:127.0.0.1:50051',
    ]);
  });

  it('takes the one address of a lookup that gives no list, and fails as the lookup does', async () => {
    expect(await resolveTargets(ADDRESS, (_host, _options, answer) => answer(null, 'fd00::1', 6))).toEqual([
      'ipv6:[fd00::1]:50051',
    ]);
    const failure = new Error('ENOTFOUND');
    await expect(resolveTargets(ADDRESS, (_host, _options, answer) => answer(failure, []))).rejects.toBe(
      failure,
    );
  });
});
