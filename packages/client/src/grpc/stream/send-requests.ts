import { type WireCall } from '../channel/wire-call.js';
import { OwnSideFailed } from './own-side-failed.js';

/** The messages that a call sends. */
export type Requests<Req> = AsyncIterable<Req> | Iterable<Req>;

/** How the messages of a call get on the wire. */
export type SendRequests = (call: WireCall) => void;

/** Sends one message, and nothing after it. */
export const sendOne =
  (body: Buffer): SendRequests =>
  (call) => {
    void call.write(body);
    call.halfClose();
  };

/**
 * Sends what a source gives, each message once the one before it is on its way. The source is left as soon as nobody reads
 * any more; when it fails, so does the call.
 *
 * @param begin Called before the source is touched: what has been taken from it cannot be sent again.
 */
export const sendAll =
  <Req>(requests: Requests<Req>, encode: (request: Req) => Buffer, begin: () => void): SendRequests =>
  (call) => {
    begin();
    const source = open(call, requests);
    if (!source) return;
    // Not by a race with the end of the call: a source that is silent would keep every race alive.
    call.onceEnded(() => void leave(source));
    pump(call, source, encode).catch((error: unknown) => {
      call.giveUp(new OwnSideFailed(error));
      return leave(source);
    });
  };

async function pump<Req>(
  call: WireCall,
  source: AsyncIterator<Req> | Iterator<Req>,
  encode: (request: Req) => Buffer,
): Promise<void> {
  while (!call.ended) {
    const step = await source.next();
    if (step.done) return call.halfClose();
    await call.write(encode(step.value));
  }
}

/** Nothing where the requests cannot be iterated, such as a `ReadableStream` that somebody else reads. */
function open<Req>(call: WireCall, requests: Requests<Req>): AsyncIterator<Req> | Iterator<Req> | undefined {
  try {
    return iteratorOf(requests);
  } catch (error) {
    call.giveUp(new OwnSideFailed(error));
    return undefined;
  }
}

function iteratorOf<Req>(requests: Requests<Req>): AsyncIterator<Req> | Iterator<Req> {
  return Symbol.asyncIterator in requests ? requests[Symbol.asyncIterator]() : requests[Symbol.iterator]();
}

/** What a source does when it is left concerns nobody any more. */
async function leave(source: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // It has nobody to tell.
  }
}
