import { grpcTimeout } from './grpc-timeout.js';

describe('grpc-timeout', () => {
  it.each([
    [0, '0m'],
    [0.2, '1m'],
    [30_000, '30000m'],
    [99_999_999, '99999999m'],
    [100_000_000, '100000S'],
    [1e15, '99999999S'],
  ])('%p ms is written %p', (milliseconds, header) => {
    expect(grpcTimeout(milliseconds)).toBe(header);
  });
});
