import { EtcdUnavailableError } from './etcd-unavailable.error.js';

describe('the error of an etcd that cannot be used', () => {
  it.each([
    [
      'etcdserver: authentication failed, invalid user ID or password',
      'Check the options username and password.',
    ],
    ['etcdserver: permission denied', 'Let its user read and write below /rookery/<namespace>/.'],
    ['self-signed certificate in certificate chain', 'Its certificate has to be valid for the endpoint'],
    ['Not Found', 'Is this etcd 3.4 or later, with its JSON gateway?'],
  ])('says what to do about %j, which no later try changes', (reason, remedy) => {
    const error = new EtcdUnavailableError('etcd at x', reason);
    expect(error).toMatchObject({ retryable: false, reason });
    expect(error.message).toContain(`etcd at x cannot be used: ${reason}. ${remedy}`);
    expect(error.message).not.toContain('Is it running');
  });

  it.each(['connect ECONNREFUSED 127.0.0.1:2379', 'etcdserver: no leader'])(
    'asks whether it runs after %j, and may be tried again',
    (reason) => {
      const error = new EtcdUnavailableError('etcd at x', reason);
      expect(error.retryable).toBe(true);
      expect(error.message).toContain(`${reason}. Is it running, and reachable from here?`);
    },
  );
});
