import { type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { type ServerHttp2Session } from 'node:http2';
import { type Server } from 'node:net';
import { type Clock, sleep } from '@rookery/common';
import { type Intake } from './intake.js';
import { RunningCount } from './running-count.js';

/**
 * A connection on which no request is known may still have one on its way, whose head has not arrived. It gets this
 * long before it is closed.
 */
const LAST_HEAD_MS = 100;

/** The methods of an HTTP server that those of the other kind, HTTP/2, may lack. */
type AnyHttpServer = Server & Partial<Pick<HttpServer, 'closeIdleConnections' | 'closeAllConnections'>>;

/**
 * The requests of an HTTP server. A kept connection outlives a server that no longer listens, and Node closes only those
 * that are idle at that moment; so every answer of a draining server ends its connection, and a busy one is closed when
 * its answer is through (nest #11416).
 */
export class HttpIntake implements Intake {
  readonly what = 'HTTP requests';
  readonly #answers = new Set<ServerResponse>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #running = new RunningCount();
  #ending = false;
  #draining = false;

  constructor(
    private readonly server: AnyHttpServer,
    private readonly clock: Clock,
  ) {
    // Before the app's own listener, which may answer at once.
    server.prependListener('request', (request: IncomingMessage, answer: ServerResponse) =>
      this.#began(request, answer),
    );
    server.on('session', (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
  }

  announceEnd(): void {
    this.#ending = true;
    for (const answer of this.#answers) endConnectionAfter(answer);
  }

  async drain(): Promise<void> {
    this.announceEnd();
    this.#draining = true;
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    this.server.closeIdleConnections?.();
    // HTTP/2 has no header for it: the client is told (GOAWAY), and the session ends with its last stream.
    for (const session of this.#sessions) session.close();
    // Upgraded connections, such as WebSockets, keep the server from closing; Nest closes them later.
    await Promise.race([closed, this.#quiet()]);
  }

  cut(): number {
    const left = this.#running.count;
    this.server.closeAllConnections?.();
    for (const session of this.#sessions) session.destroy();
    return left;
  }

  #began(request: IncomingMessage, answer: ServerResponse): void {
    this.#running.began();
    // In HTTP/2 a connection carries many requests at once, and none of them may speak for it.
    const alone = request.httpVersionMajor < 2;
    if (alone) this.#answers.add(answer);
    if (alone && this.#ending) endConnectionAfter(answer);
    answer.once('close', () => {
      this.#answers.delete(answer);
      this.#running.ended();
      // One whose headers were sent before the end was announced is kept by the client, idle from now on.
      if (this.#draining) setImmediate(() => this.server.closeIdleConnections?.());
    });
  }

  async #quiet(): Promise<void> {
    do {
      await this.#running.none();
      await sleep(this.clock, LAST_HEAD_MS, undefined, { background: true });
    } while (this.#running.count > 0);
  }
}

function endConnectionAfter(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('Connection', 'close');
}
