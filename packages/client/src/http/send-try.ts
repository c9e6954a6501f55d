import { type Observation } from '@rookery/common';
import { LOAD_HEADER, parseLoad } from '@rookery/discovery';
import { type Endpoint } from '../endpoint/endpoint.js';
import { type ClientParts } from './client-parts.js';
import { errorBodyOf, resultOf } from './decode.js';
import { failureOf } from './failure-of.js';
import { type HttpAnswer } from './http-request.js';
import { type HttpTry } from './http-try.js';
import { observeTry } from './observe-try.js';
import { headerOf, type WireHead } from './transport.js';
import { wireRequest } from './wire-request.js';

/** One try of a request at one endpoint. */
export interface Sending {
  readonly parts: ClientParts;
  readonly request: HttpTry;
  readonly endpoint: Endpoint;
  readonly signal: AbortSignal;
  /** The number of the try; the first is 1. */
  readonly number: number;
}

/** Sends one try to one endpoint and resolves with the decoded answer. */
export function sendTry(sending: Sending): Promise<HttpAnswer<unknown>> {
  return observeTry(sending, (observation) => exchange(sending, observation));
}

async function exchange(sending: Sending, observation: Observation): Promise<HttpAnswer<unknown>> {
  const { parts, request } = sending;
  const answer = await parts.transport.send(wireRequest(sending, observation));
  noteHead(sending, answer, observation);
  // Redirects are not followed, so an answer that is one holds nothing to go on with.
  if (!isSuccess(answer)) throw await failureOf(sending, answer, errorBodyOf(answer));
  const { status, headers } = answer;
  const body = resultOf(request, answer);
  return { status, headers, body: request.expected.schema ? await body : body };
}

/** Tells the trace and the balancer what an answer says beside its body. */
export function noteHead({ endpoint }: Sending, head: WireHead, observation: Observation): void {
  observation.annotate({ 'http.response.status_code': head.status });
  endpoint.loaded?.(parseLoad(headerOf(head, LOAD_HEADER)));
}

export function isSuccess({ status }: WireHead): boolean {
  return status < 300;
}
