import { type ServiceError } from '@grpc/grpc-js';

/** The other side answered with a status other than OK. */
export class StatusReceived extends Error {
  constructor(readonly status: ServiceError) {
    super(status.details, { cause: status });
  }
}

/** No answer came. */
export class CallLost extends Error {
  /** @param sent Whether the other side may have seen the call. */
  constructor(
    readonly sent: boolean,
    override readonly cause: unknown,
  ) {
    super('no answer', { cause });
  }
}
