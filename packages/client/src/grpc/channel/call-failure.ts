import { status as Status, type StatusObject } from '@grpc/grpc-js';

/** The other side answered with a status other than OK. */
export class StatusReceived extends Error {
  constructor(readonly status: StatusObject) {
    super(status.details);
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

/** What was answered is larger than what is read. */
export class MessageTooLarge extends Error {}

/** What grpc-js says, in its decoder and in its decompression, when it gives up reading a message. */
const TOO_LARGE = /^Received message (larger than max|that decompresses to a size larger than)/;

/** What grpc-js says of a call whose connection or stream was cut, whether or not its answer had begun. */
const CUT = /^(Connection dropped|Call cancelled|Stream refused by server|Received RST_STREAM with code )/;

/**
 * What a status other than OK means.
 *
 * @param heard Whether anything came over the wire before it.
 * @param connected Whether there was a connection.
 */
export function failureOf(status: StatusObject, heard: boolean, connected: boolean): Error {
  // A status that came over the wire has at least its content type, or headers before it; grpc-js makes up the others.
  const told = Object.keys(status.metadata.getMap()).length > 0;
  if (!told && status.code === Status.RESOURCE_EXHAUSTED && TOO_LARGE.test(status.details))
    return new MessageTooLarge(status.details);
  if (told || (heard && !CUT.test(status.details))) return new StatusReceived(status);
  return new CallLost(connected, new Error(status.details));
}
