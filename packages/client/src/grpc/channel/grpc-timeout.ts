/** The most digits that the protocol allows. */
const LARGEST = 99_999_999;

/**
 * A `grpc-timeout` header: milliseconds, or seconds where they would need too many digits, rounded up so that the other
 * side does not give up before we do. Format: gRPC over HTTP2, "Timeout".
 */
export function grpcTimeout(milliseconds: number): string {
  const whole = Math.ceil(milliseconds);
  return whole <= LARGEST ? `${whole}m` : `${Math.min(LARGEST, Math.ceil(whole / 1_000))}S`;
}
