import { ProblemType, received } from '@rookery/common';
import { NoInstancesError } from '@rookery/discovery';
import { isRejection, TimeoutError } from '@rookery/resilience';
import { AnswerTooLargeError } from '../errors/answer-too-large.error.js';
import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { HttpStatusError } from '../errors/http-status.error.js';
import { IdempotencyKeyReusedError } from '../errors/idempotency-key-reused.error.js';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { OpenFurtherDownError } from '../errors/open-further-down.error.js';
import { StillInFlightError } from '../errors/still-in-flight.error.js';
import { UnsendableMessageError } from '../errors/unsendable-message.error.js';
import { judged, mayRetry, speaksOfService } from './retry-rules.js';

const refused = new ConnectionError('GET x/', false, new Error('ECONNREFUSED'));
const cut = new ConnectionError('GET x/', true, new Error('ECONNRESET'));
const grpc = (code: number, metadata = {}) => new GrpcStatusError('x/y.Z/A', code, { details: '', metadata });
const status = (code: number) => new HttpStatusError('GET x/', code, undefined);
const misfit = new InvalidResponseError('GET x/', undefined, 'its schema', [{ path: 'name', message: 'no' }]);
const unsendable = new UnsendableMessageError('GET x/', new Error('no such file'));
class Closed extends ProblemType({ type: 'urn:closed', code: 'CLOSED', title: 'Closed', status: 503 }) {}
const problem = (code: number) =>
  received(Closed, {}, { cause: status(code) }, { request: 'GET x/', status: code });

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
    ['an answer that does not fit its schema', misfit, false, false],
    ['a known problem with 503', problem(503), true, false],
    ['a known problem with 409', problem(409), false, false],
    ['a request that is still in flight', new StillInFlightError('POST x/', status(409)), true, false],
    ['a key that was used', new IdempotencyKeyReusedError('POST x/', status(422)), false, false],
    ['a message that cannot be sent', unsendable, false, false],
    ['a bug of ours', new TypeError('bug'), false, false],
    ['an open circuit behind one instance', new OpenFurtherDownError('GET x/', status(503), 1), true, false],
  ])('%s: idempotent %p, otherwise %p', (_what, error, idempotent, otherwise) => {
    expect(mayRetry(error, true)).toBe(idempotent);
    expect(mayRetry(error, false)).toBe(otherwise);
  });
});

describe('the circuit of a service', () => {
  const timedOut = new TimeoutError('users', 10, 'attempt');
  const nobody = new NoInstancesError('x');

  it.each([
    ['an answer that says so', status(500), true, true],
    ['a known problem with 503', problem(503), true, true],
    ['an answer that is not JSON', new InvalidResponseError('GET x/', new Error('bad')), true, true],
    ['an answer that does not fit its schema', misfit, false, false],
    ['a request that is still in flight', new StillInFlightError('POST x/', status(409)), false, false],
    ['an answer that is too large', new AnswerTooLargeError('GET x/', 10), false, false],
    ['a message that cannot be sent', unsendable, false, false],
    ['a bug of ours', new TypeError('bug'), true, true],
    ['a cut connection', cut, true, false],
    ['a timeout', timedOut, true, false],
    ['that nobody is there', nobody, false, false],
    ['an open circuit further down', new OpenFurtherDownError('GET x/', status(503), 0), false, false],
  ])('is told of %s when nobody else is up: %p, otherwise: %p', (_what, error, alone, otherwise) => {
    expect(speaksOfService(error, false)).toBe(alone);
    expect(speaksOfService(error, true)).toBe(otherwise);
  });
});

describe('an open circuit further down', () => {
  const answer = (body: unknown) => new HttpStatusError('GET x/', 503, body);

  it.each([
    ['an answer with its code', answer({ statusCode: 503, code: 'CIRCUIT_OPEN' }), true],
    ['a gRPC status with its code', grpc(14, { 'rookery-code': 'CIRCUIT_OPEN' }), true],
    ['a call that failed before the circuit opened', answer({ code: 'REQUEST_FAILED' }), false],
    ['another gRPC status', grpc(14), false],
    ['an overload', answer({ code: 'BULKHEAD_FULL' }), false],
    ['503 without a body', answer(undefined), false],
    ['null as a body', answer(null), false],
    ['a text as a body', answer('CIRCUIT_OPEN'), false],
    ['a connection that was cut', cut, false],
    ['nothing', undefined, false],
  ])('is told by %s: %p, %p', (_what, error, told) => {
    const found = judged(error, 'GET x/', 0);
    expect(found instanceof OpenFurtherDownError).toBe(told);
    if (!told) expect(found).toBe(error);
    else expect(found).toMatchObject({ code: 'CIRCUIT_OPEN', responseStatus: 503, cause: error });
  });

  it('says when to come back, and is a rejection once no other instance is left to ask', () => {
    const inAWhile = new HttpStatusError('GET x/', 503, { code: 'CIRCUIT_OPEN' }, 4_000);
    const last = judged(inAWhile, 'GET x/', 0);
    expect([isRejection(last), last]).toMatchObject([true, { retryAfterMs: 4_000 }]);
    const oneOfTwo = judged(inAWhile, 'GET x/', 1);
    expect([isRejection(oneOfTwo), oneOfTwo]).toMatchObject([false, { retryAfterMs: 4_000 }]);
    expect(String(oneOfTwo)).toBe('OpenFurtherDownError: GET x/: a circuit that it needs is open');
  });
});
