import { type Clock, within } from '@rookery/common';
import { EtcdRefusal } from '../errors/etcd-refusal.error.js';
import { post, readText } from './post.js';

/** Who asks, when the server wants to know. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What is sent where the server does not want to know who asks. */
const NO_TOKEN = '';

/** A token is short: what is larger comes from something else than etcd. In bytes. */
const LARGEST_ANSWER = 65_536;

/**
 * The token that proves who asks. It is fetched with the first question, used until a server refuses it, and fetched by
 * one for all who wait at an endpoint: checking a password is made to cost the server time. Nobody waits for another
 * endpoint than his own, which may hang.
 */
export class AuthToken {
  #token: string | undefined;
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(
    private readonly credentials: Credentials | undefined,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** The token to ask an endpoint with. */
  async at(endpoint: string): Promise<string> {
    if (!this.credentials) return NO_TOKEN;
    if (this.#token !== undefined) return this.#token;
    const fetching = this.#fetching.get(endpoint) ?? this.#fetch(endpoint, this.credentials);
    this.#fetching.set(endpoint, fetching);
    return fetching;
  }

  /** A server has refused this token. Returns whether a new one may help. */
  refused(token: string): boolean {
    if (this.#token === token) this.#token = undefined;
    return this.credentials !== undefined;
  }

  async #fetch(endpoint: string, { username, password }: Credentials): Promise<string> {
    const ask = async (signal: AbortSignal) => {
      const body = { name: username, password };
      const chunks = await post({ endpoint, path: '/v3/auth/authenticate', body, token: NO_TOKEN, signal });
      const { token } = JSON.parse(await readText(chunks, LARGEST_ANSWER)) as { token?: unknown };
      if (typeof token !== 'string' || !token) throw new Error('it gave no token');
      return token;
    };
    const late = () => new Error(`it did not answer within ${this.timeoutMs} ms`);
    try {
      this.#token = await within(this.clock, this.timeoutMs, ask, { late, background: true });
    } catch (error) {
      if (!isSwitchedOff(error)) throw error;
      // Clients are told the password first, and the server starts to ask for it later.
      this.#token = NO_TOKEN;
    } finally {
      this.#fetching.delete(endpoint);
    }
    return this.#token;
  }
}

function isSwitchedOff(error: unknown): boolean {
  return error instanceof EtcdRefusal && /authentication is not enabled/.test(error.message);
}
