import { status } from '@grpc/grpc-js';
import { grpcStatusOf } from '@rookery/common';
import { GrpcStatusError } from './grpc-status.error.js';

const pushedBack = (pushback: string) =>
  new GrpcStatusError('x/y.Z/A', status.UNAVAILABLE, {
    details: '',
    metadata: { 'grpc-retry-pushback-ms': pushback },
  });

describe('gRPC status error', () => {
  it('names every status as grpc-js does, and an unknown one UNKNOWN', () => {
    const names = Object.values(status).filter((value) => typeof value === 'string');
    expect(names.map((_name, code) => grpcStatusOf(code).name)).toEqual(names);
    expect(grpcStatusOf(99)).toEqual({ name: 'UNKNOWN', http: 500 });
  });

  it.each([
    ['250', 250, false],
    ['0', 0, false],
    ['-1', undefined, true],
    ['soon', undefined, true],
  ])('reads a pushback of %p', (pushback, retryAfterMs, retryForbidden) => {
    const error = pushedBack(pushback);
    expect([error.retryAfterMs, error.retryForbidden, error.passing]).toEqual([
      retryAfterMs,
      retryForbidden,
      !retryForbidden,
    ]);
  });

  it('blames the instance for its own troubles only', () => {
    const failed = Object.values(status)
      .filter((code) => typeof code === 'number')
      .filter((code) => new GrpcStatusError('x', code, { details: '', metadata: {} }).instanceFailed);
    expect(failed.map((code) => status[code])).toEqual([
      'UNKNOWN',
      'DEADLINE_EXCEEDED',
      'RESOURCE_EXHAUSTED',
      'INTERNAL',
      'UNAVAILABLE',
      'DATA_LOSS',
    ]);
  });
});
