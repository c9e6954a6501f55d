import { NatsUnavailableError } from './nats-unavailable.error.js';

describe('the error of a nats that cannot be used', () => {
  it.each([
    ['Authorization Violation', 'Check the credentials in the option client: user and pass, token, or'],
    ['User Authentication Expired', 'Check the credentials in the option client'],
    ['Permissions Violation for Publish to "$JS.API.INFO"', 'Let its user publish and subscribe to'],
    ['jetstream is not enabled', 'Start it with JetStream, nats-server -js,'],
    ['JetStream not enabled for account', 'Start it with JetStream, nats-server -js,'],
  ])('says what to do about %j, which no later try changes', (reason, remedy) => {
    const error = new NatsUnavailableError('nats at x', reason);
    expect(error).toMatchObject({ retryable: false, reason });
    expect(error.message).toContain(`nats at x cannot be used: ${reason}. ${remedy}`);
    expect(error.message).not.toContain('Is it running');
  });

  it.each(['connection refused', 'Authentication Timeout', 'it did not answer within 3000 ms'])(
    'asks whether it runs after %j, and may be tried again',
    (reason) => {
      const error = new NatsUnavailableError('nats at x', reason);
      expect(error.retryable).toBe(true);
      expect(error.message).toContain(`${reason}. Is it running, with JetStream, and reachable from here?`);
    },
  );
});
