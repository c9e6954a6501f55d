import { type AxiosInstance, type AxiosResponse, isAxiosError } from 'axios';
import { type Headers, isRookeryError, lowerCased } from '@rookery/common';
import { ConnectionError } from '../../errors/connection.error.js';
import { UnsendableMessageError } from '../../errors/unsendable-message.error.js';
import {
  type HttpTransport,
  type WireHead,
  type WireRequest,
  type WireResponse,
  type WireStream,
} from '../transport.js';
import { engineAdapter } from './engine-adapter.js';
import { OpenedStreams } from './opened-streams.js';
import { configOf } from './request-config.js';

/**
 * The transport over axios, as `@nestjs/axios` provides it: the interceptors and defaults of the instance see each try, and
 * what they make of it is sent by the transport below.
 */
export class AxiosTransport implements HttpTransport {
  constructor(
    private readonly axios: AxiosInstance,
    private readonly below: HttpTransport,
  ) {}

  async send(request: WireRequest): Promise<WireResponse> {
    const adapter = engineAdapter((wire) => this.below.send(wire), request);
    const { data, ...head } = await this.#request(request, adapter);
    // What an interceptor made of the text.
    return { ...head, body: typeof data === 'string' ? data : (JSON.stringify(data) ?? '') };
  }

  async stream(request: WireRequest): Promise<WireStream> {
    const opened = new OpenedStreams();
    const adapter = engineAdapter(async (wire) => opened.add(await this.below.stream(wire)), request);
    try {
      const { data, ...head } = await this.#request(request, adapter);
      return { ...head, body: opened.handOut(data) };
    } catch (error) {
      opened.letGo();
      throw error;
    }
  }

  async #request(request: WireRequest, adapter: ReturnType<typeof engineAdapter>) {
    let ready = false;
    const onReady = () => (ready = true);
    try {
      return answerOf(await this.axios.request(configOf(this.axios, request, adapter, onReady)));
    } catch (error) {
      return answerOf(answeredWith(error, request, ready));
    }
  }
}

/** The answer that axios takes for an error, because of its status; otherwise throws what went wrong. */
function answeredWith(error: unknown, { signal, label }: WireRequest, ready: boolean): AxiosResponse {
  if (signal.aborted) throw signal.reason;
  if (isAxiosError(error) && error.response) return error.response;
  if (!ready) throw refusedBy(error, label);
  if (!isAxiosError(error)) throw error;
  throw isRookeryError(error.cause) ? error.cause : new ConnectionError(label, true, error);
}

/** An interceptor has failed before anything was sent, of which no instance is to be blamed. */
function refusedBy(error: unknown, label: string): Error {
  return isRookeryError(error) ? error : new UnsendableMessageError(label, error);
}

function answerOf(answer: Partial<AxiosResponse> | undefined): WireHead & { readonly data: unknown } {
  const { status, headers, data } = answer ?? {};
  if (typeof status !== 'number')
    throw new TypeError(
      'An interceptor of axios took the answer away. Let it return the whole response, with its status, headers and data.',
    );
  return { status, headers: lowerCased((headers ?? {}) as Headers), data };
}
