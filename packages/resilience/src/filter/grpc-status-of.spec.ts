import { status } from '@grpc/grpc-js';
import { grpcStatusOf } from './grpc-status-of.js';

describe('an HTTP status as a gRPC status', () => {
  it.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'ABORTED'],
    [412, 'FAILED_PRECONDITION'],
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [501, 'UNIMPLEMENTED'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
    [418, 'UNKNOWN'],
    [599, 'UNKNOWN'],
  ])('%i is %s', (statusCode, name) => {
    expect(status[grpcStatusOf(statusCode)]).toBe(name);
  });
});
