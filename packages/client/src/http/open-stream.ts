import { type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { isRookeryError, isTimeout, LARGEST_ANSWER, toMilliseconds } from '@rookery/common';
import { Commitment } from '@rookery/resilience';
import { executeCall } from '../execute/execute-call.js';
import { type ClientParts } from './client-parts.js';
import { errorBodyOf } from './decode.js';
import { failureOf } from './failure-of.js';
import { holdToDeadline } from './hold-to-deadline.js';
import { type BodyOptions, type HttpAnswer } from './http-request.js';
import { type HttpTry } from './http-try.js';
import { observeTry } from './observe-try.js';
import { isSuccess, noteHead, type Sending } from './send-try.js';
import { type WireStream } from './transport.js';
import { wireRequest } from './wire-request.js';

/**
 * Makes a call whose answer is handed out when its head is there. For the policies and the balancer it goes on until the
 * body has ended; until the head is there it is tried again like any other, and from then on never.
 */
export function openStream(
  parts: ClientParts,
  request: HttpTry,
  { signal, timeout, balancing }: BodyOptions,
): Promise<HttpAnswer<Readable>> {
  const commitment = new Commitment();
  const endsAt = timeout === undefined ? Infinity : parts.clock.monotonic() + toMilliseconds(timeout);
  return new Promise((resolve, reject) => {
    const hand = (answer: WireStream, sending: Sending) => {
      holdToDeadline(answer.body, sending, endsAt);
      commitment.make();
      resolve(answer);
    };
    executeCall(parts, {
      label: request.label,
      idempotent: request.idempotent,
      signal,
      timeout,
      balancing,
      commitment,
      send: (endpoint, { signal: aborted, number }) =>
        flow({ parts, request, endpoint, signal: aborted, number }, hand),
      // Once it is handed out, its reader hears from the body itself what went wrong with it.
    }).catch(reject);
  });
}

/** Resolves when the body has ended, or nobody wants the rest of it. */
function flow(sending: Sending, hand: (answer: WireStream, sending: Sending) => void): Promise<void> {
  return observeTry(sending, async (observation) => {
    const { parts, request } = sending;
    const answer = await parts.transport.stream({
      ...wireRequest(sending, observation),
      maxResponseSize: request.maxResponseSize ?? Infinity,
    });
    noteHead(sending, answer, observation);
    if (sending.signal.aborted) {
      // Another try may be under way by now, whose answer it must not take the place of.
      answer.body.destroy();
      throw sending.signal.reason;
    }
    if (!isSuccess(answer))
      throw await failureOf(sending, answer, errorBodyOf({ ...answer, body: await textOf(answer.body) }));
    const ended = endOf(answer.body, sending);
    // The time that the answer took is over, however long its reader takes.
    sending.endpoint.answered?.();
    hand(answer, sending);
    await ended;
  });
}

async function endOf(body: Readable, { endpoint, signal }: Sending): Promise<void> {
  try {
    await finished(body, { writable: false });
  } catch (error) {
    // It was let go before its end by its reader, without a reason or for one of its own.
    if (!isRookeryError(error) && !(signal.aborted && error === signal.reason)) return;
    // It was answered, and says nothing of the instance that its reader, or its content, took longer.
    if (isTimeout(error)) endpoint.done('ignored');
    throw error;
  }
}

/** The body of an error, as far as one is read. */
async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > LARGEST_ANSWER) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
