import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { HttpStatusError } from '../errors/http-status.error.js';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { mayRetry } from './retry-rules.js';

const refused = new ConnectionError('GET x/', false, new Error('ECONNREFUSED'));
const cut = new ConnectionError('GET x/', true, new Error('ECONNRESET'));
const grpc = (code: number, metadata = {}) => new GrpcStatusError('x/y.Z/A', code, { details: '', metadata });
const status = (code: number) => new HttpStatusError('GET x/', code, undefined);

describe('retry rules', () => {
  it.each([
    ['a refused connection', refused, true, true],
    ['a cut connection', cut, true, false],
    ['500', status(500), true, false],
    ['503', status(503), true, false],
    ['429', status(429), true, false],
    ['408', status(408), true, false],
    ['404', status(404), false, false],
    ['409', status(409), false, false],
    ['UNAVAILABLE', grpc(14), true, false],
    ['RESOURCE_EXHAUSTED', grpc(8), true, false],
    ['INTERNAL', grpc(13), true, false],
    ['UNIMPLEMENTED', grpc(12), false, false],
    ['ABORTED', grpc(10), false, false],
    ['NOT_FOUND', grpc(5), false, false],
    ['UNAVAILABLE that asks to wait', grpc(14, { 'grpc-retry-pushback-ms': '50' }), true, false],
    ['UNAVAILABLE that asks to be left alone', grpc(14, { 'grpc-retry-pushback-ms': '-1' }), false, false],
    ['an answer that is not JSON', new InvalidResponseError('GET x/', new Error('bad')), false, false],
    ['a bug of ours', new TypeError('bug'), false, false],
  ])('%s: idempotent %p, otherwise %p', (_what, error, idempotent, otherwise) => {
    expect(mayRetry(error, true)).toBe(idempotent);
    expect(mayRetry(error, false)).toBe(otherwise);
  });
});
