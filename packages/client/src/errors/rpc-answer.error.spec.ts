import { RpcAnswerError } from './rpc-answer.error.js';

describe('an error that an RPC answered', () => {
  it.each<[unknown, number, boolean, boolean]>([
    ['no', 400, false, false],
    [{ status: 'error', message: 'no' }, 400, false, false],
    [{ status: 'error', message: 'Internal server error' }, 500, true, true],
    ['There is no matching message handler defined in the remote service.', 501, false, false],
    [{ statusCode: 404 }, 404, false, false],
    [{ status: 408 }, 408, true, false],
    [{ statusCode: 429 }, 429, true, true],
    [{ statusCode: 503, status: 'error' }, 503, true, true],
    [{ statusCode: 200 }, 400, false, false],
    [7, 400, false, false],
  ])('%p counts as %i; passing: %p, of the instance: %p', (payload, status, passing, instanceFailed) => {
    const error = new RpcAnswerError('users/find', payload);
    expect([error.status, error.passing, error.instanceFailed]).toEqual([status, passing, instanceFailed]);
    expect(error.payload).toBe(payload);
  });

  it.each([
    [20, 20],
    [-1, undefined],
    ['20', undefined],
    [Infinity, undefined],
  ])('asks with a retryAfterMs of %p to wait %p', (retryAfterMs, expected) => {
    expect(new RpcAnswerError('users/find', { retryAfterMs }).retryAfterMs).toBe(expected);
  });
});
