import {
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  credentials,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { AGGREGATED, ENDPOINTS_ONLY, unpacked } from '../src/xds/wire/codec.js';
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  type ResourceType,
  TYPE_URLS,
} from '../src/xds/wire/messages.js';

type Stream = ClientDuplexStream<Partial<DiscoveryRequest>, DiscoveryResponse>;
type Method = 'StreamAggregatedResources' | 'DeltaAggregatedResources' | 'StreamEndpoints';

/** An answer as a test looks at it. */
export interface Answer {
  readonly type: string;
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly Record<string, unknown>[];
}

/** An xDS client that says exactly what a test tells it to, one request at a time, and acknowledges nothing by itself. */
export class XdsTestClient {
  readonly #client: Client;
  readonly #stream: Stream;
  readonly #answers: Answer[] = [];
  #arrived: (() => void) | undefined;
  /** What the stream ended with. */
  readonly ended: Promise<ServiceError | undefined>;

  constructor(
    port: number,
    method: Method = 'StreamAggregatedResources',
    security: ChannelCredentials = credentials.createInsecure(),
    host = '127.0.0.1',
  ) {
    const service = method === 'StreamEndpoints' ? ENDPOINTS_ONLY : AGGREGATED;
    this.#client = new (makeGenericClientConstructor(service, 'xds'))(`${host}:${port}`, security);
    this.#stream = (this.#client as unknown as Record<Method, () => Stream>)[method]();
    this.ended = new Promise((resolve) => {
      this.#stream.on('error', resolve);
      this.#stream.on('end', () => resolve(undefined));
    });
    this.#stream.on('data', ({ typeUrl, versionInfo, nonce, resources }: DiscoveryResponse) => {
      const named = Object.entries(TYPE_URLS).find(([, url]) => url === typeUrl);
      this.#answers.push({
        type: named?.[0] ?? typeUrl,
        version: versionInfo,
        nonce,
        resources: resources.map((resource) => unpacked(resource) as Record<string, unknown>),
      });
      this.#arrived?.();
    });
  }

  ask(type: ResourceType, resourceNames: readonly string[], more: Partial<DiscoveryRequest> = {}): void {
    this.#stream.write({
      typeUrl: TYPE_URLS[type],
      resourceNames,
      node: { id: 'test', cluster: '' },
      ...more,
    });
  }

  /** The next answer that was not looked at yet. */
  async next(): Promise<Answer> {
    while (this.#answers.length === 0) await new Promise<void>((resolve) => (this.#arrived = resolve));
    return this.#answers.shift() as Answer;
  }

  /** How many answers were not looked at yet. */
  get waiting(): number {
    return this.#answers.length;
  }

  end(): void {
    this.#stream.end();
  }

  async close(): Promise<void> {
    this.#stream.cancel();
    await this.ended;
    this.#client.close();
  }
}
