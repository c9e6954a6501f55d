import { type Clock, type Random, systemCode, within } from '@rookery/common';
import { EtcdRefusal } from '../errors/etcd-refusal.error.js';
import { EtcdUnavailableError } from '../errors/etcd-unavailable.error.js';
import { AuthToken, type Credentials } from './auth-token.js';
import { decodeMessages } from './decode-messages.js';
import { Endpoints } from './endpoints.js';
import { post, type PostRequest, readText, reasonOf } from './post.js';

/** What a gateway is made with. */
export interface EtcdGatewayParts {
  readonly endpoints: readonly string[];
  readonly credentials: Credentials | undefined;
  /** Which servers these are, for messages. No secrets. */
  readonly server: string;
  /** How long one endpoint may take to answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** A question with one answer. */
export interface Question<T> {
  readonly path: string;
  readonly body: object;
  /** Takes the answer apart. Throws when it is none of etcd's. */
  readonly read: (answer: unknown) => T;
  /** What a refusal says, where the asker knows; `undefined` otherwise. */
  readonly judge?: (refusal: EtcdRefusal) => T | undefined;
}

/** An answer that goes on until somebody ends it. */
export interface OpenStream<T> {
  /** The first message, taken apart. */
  readonly begun: T;
  /** The others. Reading them throws when the connection is lost or the stream is closed. */
  readonly messages: AsyncIterable<unknown>;
  close(): void;
}

/** The connection ended before the answer: one that was kept for later, say, whose server has been started again since. */
const CUT = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** No answer and no message that is larger is read, in bytes: a page of the largest instances has a quarter of it. */
const LARGEST_ANSWER = 32 * 1_048_576;

/**
 * An endpoint that has been asked for this long when the caller gives up is not asked first again, in milliseconds. It is
 * less than a beat may take with the shortest usual time to live, a second: 266 ms.
 */
const SILENT_MS = 200;

type Work<T> = (request: Pick<PostRequest, 'endpoint' | 'token' | 'signal'>) => Promise<T>;

/**
 * The JSON gateway of an etcd cluster, over `fetch`. A question goes to one endpoint after the other until one answers;
 * that one is asked first from then on. Every question may be asked twice without harm, or it is none for this class.
 */
export class EtcdGateway {
  readonly #endpoints: Endpoints;
  readonly #token: AuthToken;

  constructor(private readonly parts: EtcdGatewayParts) {
    this.#endpoints = new Endpoints(parts.endpoints, parts.random);
    this.#token = new AuthToken(parts.credentials, parts.clock, parts.timeoutMs);
  }

  /** How often another endpoint had to be asked first from then on. */
  get failovers(): number {
    return this.#endpoints.failovers;
  }

  /**
   * Asks something. Rejects with the signal's reason at once when it aborts, and with an `EtcdUnavailableError` when
   * the cluster refuses or no endpoint answers in time. An endpoint that has been silent up to the abort, for 200 ms or
   * more, is not asked first the next time.
   */
  ask<T>(signal: AbortSignal, { path, body, read, judge }: Question<T>): Promise<T> {
    return this.#anywhere(signal, async (to) => {
      try {
        return read(JSON.parse(await readText(await post({ ...to, path, body }), LARGEST_ANSWER)));
      } catch (error) {
        const known = error instanceof EtcdRefusal ? judge?.(error) : undefined;
        if (known === undefined) throw error;
        return known;
      }
    });
  }

  /** Opens a stream. Resolves with its first message, within the time that an answer may take; rejects like `ask`. */
  open<T>(signal: AbortSignal, { path, body, read }: Omit<Question<T>, 'judge'>): Promise<OpenStream<T>> {
    return this.#anywhere(signal, async (to) => {
      const stop = new AbortController();
      const end = () => stop.abort(to.signal.reason);
      to.signal.addEventListener('abort', end, { once: true });
      try {
        const messages = decodeMessages(
          await post({ ...to, path, body, signal: stop.signal }),
          LARGEST_ANSWER,
        );
        const first = await messages.next();
        if (first.done) throw new Error('it ended the stream at once');
        return {
          begun: read(first.value),
          messages,
          close: () => stop.abort(new Error('The stream was closed.')),
        };
      } catch (error) {
        stop.abort(error);
        throw error;
      } finally {
        to.signal.removeEventListener('abort', end);
      }
    });
  }

  /** An error as whoever uses this package sees it. */
  failure(error: unknown): EtcdUnavailableError {
    return new EtcdUnavailableError(this.parts.server, reasonOf(error));
  }

  async #anywhere<T>(signal: AbortSignal, work: Work<T>): Promise<T> {
    signal.throwIfAborted();
    const { clock, timeoutMs } = this.parts;
    const late = () => new Error(`it did not answer within ${timeoutMs} ms`);
    let failure: unknown;
    for (const endpoint of this.#endpoints.inOrder()) {
      const askedAt = clock.monotonic();
      try {
        const ask = (inner: AbortSignal) => this.#try(endpoint, inner, work);
        return await within(clock, timeoutMs, ask, { signal, late, background: true });
      } catch (error) {
        // Callers with less time than one endpoint may take would otherwise never get past one that is frozen.
        if (signal.aborted && clock.monotonic() - askedAt >= SILENT_MS) this.#endpoints.leave(endpoint);
        signal.throwIfAborted();
        failure = error;
        if (error instanceof EtcdRefusal && !error.mayPassElsewhere) break;
        this.#endpoints.leave(endpoint);
      }
    }
    throw this.failure(failure);
  }

  /** Tries once more where the next try has another chance: with a new token, or on a new connection. */
  async #try<T>(endpoint: string, signal: AbortSignal, work: Work<T>): Promise<T> {
    const token = await this.#token.at(endpoint);
    // Whoever has left meanwhile is not registered behind his back.
    signal.throwIfAborted();
    try {
      return await work({ endpoint, token, signal });
    } catch (error) {
      const refused = error instanceof EtcdRefusal && error.isAboutToken && this.#token.refused(token);
      if (!refused && !wasCut(error)) throw error;
      const again = await this.#token.at(endpoint);
      signal.throwIfAborted();
      return work({ endpoint, token: again, signal });
    }
  }
}

/** `fetch` hides what the connection says in the cause of its error. */
function wasCut(error: unknown): boolean {
  return CUT.has(systemCode((error as { cause?: unknown } | undefined)?.cause) ?? '');
}
