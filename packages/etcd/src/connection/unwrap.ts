import { EtcdRefusal, GRPC } from '../errors/etcd-refusal.error.js';

interface Wrapped {
  readonly result?: unknown;
  readonly error?: unknown;
}

interface Refusal {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly grpc_code?: unknown;
}

/** What is in one message of a stream. Throws an `EtcdRefusal` when it is an error. */
export function unwrap(message: unknown): unknown {
  const { result, error } = (message ?? {}) as Wrapped;
  if (error !== undefined) throw refusalIn(error);
  return result;
}

/** The refusal in the body of an error: an object within a stream, an object or any text elsewhere. */
export function refusalIn(body: unknown): EtcdRefusal {
  if (typeof body !== 'object' || body === null) return new EtcdRefusal(GRPC.UNKNOWN, String(body).trim());
  const { message, code, grpc_code: grpcCode } = body as Refusal;
  const known = [grpcCode, code].find((candidate) => typeof candidate === 'number');
  return new EtcdRefusal(
    typeof known === 'number' ? known : GRPC.UNKNOWN,
    typeof message === 'string' && message ? message : 'it refused without a reason',
  );
}
