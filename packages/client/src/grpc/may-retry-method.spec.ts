import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { OpenFurtherDownError } from '../errors/open-further-down.error.js';
import { mayRetryMethod } from './may-retry-method.js';

const LABEL = 'users/users.UserService/FindUser';
const UNAVAILABLE = new GrpcStatusError(LABEL, 14, { details: 'circuit open', metadata: {} });

const mayRetry = (error: unknown, ...codes: 'UNAVAILABLE'[]) =>
  mayRetryMethod({ pipeline: {} as never, retryable: new Set(codes) })?.(error);

describe('a try that failed, where a service config says when to try again', () => {
  it('is repeated after an answer with such a status, also where that tells of a circuit further down', () => {
    const open = new OpenFurtherDownError(LABEL, UNAVAILABLE, 1);
    expect(mayRetry(UNAVAILABLE, 'UNAVAILABLE')).toBe(true);
    expect(mayRetry(open, 'UNAVAILABLE')).toBe(true);
    expect(mayRetry(UNAVAILABLE)).toBe(false);
    expect(mayRetry(open)).toBe(false);
  });

  it('is repeated without an answer when it was not sent, or when UNAVAILABLE is such a status', () => {
    const lost = (sent: boolean) => new ConnectionError(LABEL, sent, new Error('cut'));
    expect([mayRetry(lost(false)), mayRetry(lost(true)), mayRetry(lost(true), 'UNAVAILABLE')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is not repeated after a mistake of this side', () => {
    expect(mayRetry(new TypeError('bug'), 'UNAVAILABLE')).toBe(false);
  });

  it('is judged as always where the service config says nothing', () => {
    expect(mayRetryMethod({ pipeline: {} as never })).toBeUndefined();
  });
});
