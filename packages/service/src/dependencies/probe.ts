import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { isRookeryError, messageOf, systemCode } from '@rookery/common';
import { type ProbeTarget } from './locate.js';

/**
 * Asks a URL and resolves when the answer is a success. An answer of another status, or none, rejects with a message
 * that may be shown: it has no more of the URL than its origin and path.
 */
export async function probe(target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const shown = `${target.url.origin}${target.url.pathname}`;
  const status = await statusOf(target, signal).catch((error: unknown) => {
    throw new Error(`${shown} does not answer: ${reasonOf(error)}`, { cause: error });
  });
  // A redirect could lead to any host, so it is not followed.
  if (status < 200 || status > 299) throw new Error(`${shown} answered ${status}`);
}

/** By Node's own client and not by fetch(), which cannot be told how to resolve a name. */
function statusOf({ url, lookup }: ProbeTarget, signal: AbortSignal): Promise<number> {
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal, ...(lookup && { lookup }) }, (response) => {
      resolve(response.statusCode ?? 0);
      // The body is of no interest, however long it is.
      response.destroy();
    });
    request.on('error', reject);
  });
}

/** The system's code where it has said no: its message may hold more of the URL than may be shown. */
function reasonOf(error: unknown): string {
  if (isRookeryError(error)) return messageOf(error);
  return systemCode(error) ?? 'the request cannot be made';
}
