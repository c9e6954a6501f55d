import { type HttpTransport, type WireRequest, type WireResponse, type WireStream } from './transport.js';

/** A transport that is made when it is needed first, or when somebody asks for it before. */
export class LazyTransport implements HttpTransport {
  #loaded: HttpTransport | undefined;
  #loading: Promise<HttpTransport> | undefined;

  constructor(private readonly make: () => Promise<HttpTransport>) {}

  async load(): Promise<HttpTransport> {
    this.#loading ??= this.make();
    return (this.#loaded = await this.#loading);
  }

  /** Resolves when nothing of it is being loaded, however that ended. */
  async settled(): Promise<void> {
    await this.#loading?.catch(() => {});
  }

  // Once it is there, a request costs no turn of the microtask queue for it.
  send(request: WireRequest): Promise<WireResponse> {
    return this.#loaded ? this.#loaded.send(request) : this.load().then((loaded) => loaded.send(request));
  }

  stream(request: WireRequest): Promise<WireStream> {
    return this.#loaded ? this.#loaded.stream(request) : this.load().then((loaded) => loaded.stream(request));
  }
}
