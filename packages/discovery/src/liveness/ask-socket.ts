import dns from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { systemClock } from '@rookery/common';
import { isOwnFault } from './own-fault.js';

/** Whether there was an answer; `undefined` when the caller itself could not ask, so that nobody can tell. */
export type Answer = boolean | undefined;

/** What is asked, over a connection of its own. */
export interface Question {
  /** Opens the connection, by this lookup when it leads to a host name. */
  readonly dial: (lookup: LookupFunction) => Socket;
  /** Where it leads. */
  readonly host: string;
  /** How a host name is resolved. Default: as the system does. */
  readonly lookup?: LookupFunction | undefined;
  /** What is said. Left out: that the connection is accepted is the answer. */
  readonly greeting?: string | undefined;
}

/**
 * To find out where a name leads is the caller's own work, and what is not known after this time in milliseconds says
 * nothing about the instance. Less than the time in which it has to answer (`SILENCE_MS`).
 */
const LOOKUP_MS = 200;

/** What only a server that has answered can cause: it refused the handshake, such as for want of a client's certificate. */
const TLS_ERROR = /^(EPROTO$|ERR_SSL_)/;

/** Asks until there is an answer, a refusal, or the signal aborts. It does not keep the process alive. */
export function askSocket(
  { dial, host, lookup = dns.lookup, greeting }: Question,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    let found = isIP(host) !== 0;
    let accepted = false;
    const socket = dial((name, options, done) =>
      lookup(name, options, (...result) => {
        found = true;
        done(...result);
      }),
    );
    const end = (answer: Answer) => {
      patience.cancel();
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(answer);
    };
    const onAbort = () => end(found ? false : undefined);
    const onLate = () => (found ? undefined : end(undefined));
    const patience = systemClock.schedule(LOOKUP_MS, onLate, { background: true });
    signal.addEventListener('abort', onAbort, { once: true });
    socket.unref();
    socket.once('connect', () => (accepted = true));
    socket.once(greeting === undefined ? 'connect' : 'secureConnect', () => end(true));
    socket.once('data', () => end(true));
    // The kernel accepts for one that hangs, but only somebody who lives closes what was accepted.
    socket.on('error', (error) => end(accepted || said(error)));
    socket.once('close', () => end(accepted));
    if (greeting !== undefined) socket.write(greeting);
  });
}

function said(error: NodeJS.ErrnoException): Answer {
  if (isOwnFault(error)) return undefined;
  return TLS_ERROR.test(error.code ?? '');
}
