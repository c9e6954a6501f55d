import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js';
import { type Clock, hostInUrl, messageOf, type Random } from '@rookery/common';
import { type ServiceRegistry } from '@rookery/discovery';
import { type MeshLog } from '../client/mesh-log.js';
import { XdsListenError } from './errors/xds-listen.error.js';
import { type Locate } from './resources/locate.js';
import { ResourceBook } from './resources/resource-book.js';
import { ServiceNames } from './resources/service-names.js';
import { AdsStream } from './stream/ads-stream.js';
import { FollowedCredentials } from './tls/followed-credentials.js';
import { AGGREGATED, ENDPOINTS_ONLY } from './wire/codec.js';
import { type DiscoveryRequest, type DiscoveryResponse } from './wire/messages.js';
import { type XdsServerSettings } from './xds-server.options.js';

/** What the server is made of. */
export interface XdsServerParts {
  readonly registry: ServiceRegistry;
  readonly locate: Locate;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MeshLog;
}

type Call = ServerDuplexStream<DiscoveryRequest, DiscoveryResponse>;

/** A client whose machine vanished is found out within twice this time, in milliseconds, and its names are released. */
const KEEPALIVE_MS = 30_000;

/** How many clients may be connected; each costs what it is subscribed to. */
const MOST_CLIENTS = 1_000;

/**
 * Exports a registry over xDS: Envoy, and gRPC in any language, take their endpoints from it and are told of every
 * change. It serves the aggregated service and the one for endpoints alone, state of the world.
 */
export class XdsServer {
  readonly #book: ResourceBook;
  readonly #calls = new Set<Call>();
  readonly #versionPrefix: string;
  #server: Server | undefined;
  #credentials: FollowedCredentials | undefined;
  #port = 0;

  constructor(
    private readonly settings: XdsServerSettings,
    private readonly parts: XdsServerParts,
  ) {
    const { registry, clock, log, random } = parts;
    this.#book = new ResourceBook(parts, new ServiceNames(registry, settings.services, clock, log));
    this.#versionPrefix = Math.floor(random() * 2 ** 32).toString(36);
  }

  /** The port that it listens on; 0 until it does. */
  get port(): number {
    return this.#port;
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#calls.size;
  }

  /** Begins to listen. Rejects with an `XdsListenError` when it cannot, with an `IdentityFilesError` when it has no certificate. */
  async listen(): Promise<void> {
    const { tls } = this.settings;
    this.#credentials = tls && (await FollowedCredentials.open(tls, this.parts));
    const server = new Server({
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_MS,
    });
    server.addService(AGGREGATED, {
      StreamAggregatedResources: (call: Call) => this.#serve(call),
      DeltaAggregatedResources: refuseDelta,
    });
    server.addService(ENDPOINTS_ONLY, { StreamEndpoints: (call: Call) => this.#serve(call) });
    const address = `${hostInUrl(this.settings.host)}:${this.settings.port}`;
    this.#server = server;
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, this.#credentials ?? ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(new XdsListenError(address, error));
        else resolve(port);
      });
    });
    this.parts.log.debug('The registry is exported over xDS', {
      host: this.settings.host,
      port: this.#port,
      tls: tls !== undefined,
    });
  }

  /** Ends every stream, so that clients go on with what they have and look for another server. */
  async close(): Promise<void> {
    for (const call of this.#calls) call.end();
    this.#book.close();
    this.#server?.forceShutdown();
    this.#server = undefined;
    await this.#credentials?.close();
  }

  #serve(call: Call): void {
    if (this.#calls.size >= MOST_CLIENTS) return refuse(call, `At most ${MOST_CLIENTS} clients are served.`);
    this.#calls.add(call);
    const stream = new AdsStream({
      book: this.#book,
      versionPrefix: this.#versionPrefix,
      log: this.parts.log,
      send: (response) => call.write(response),
    });
    const end = () => {
      this.#calls.delete(call);
      stream.close();
    };
    call.on('data', (request: DiscoveryRequest) => {
      try {
        stream.onRequest(request);
      } catch (error) {
        end();
        refuse(call, messageOf(error));
      }
    });
    call.on('drain', () => stream.drained());
    call.on('cancelled', end);
    call.on('error', end);
    call.on('end', () => {
      end();
      call.end();
    });
  }
}

function refuse(call: Call, details: string): void {
  call.emit('error', { code: status.RESOURCE_EXHAUSTED, details });
}

function refuseDelta(call: {
  emit(event: 'error', error: Parameters<sendUnaryData<never>>[0]): boolean;
}): void {
  call.emit('error', {
    code: status.UNIMPLEMENTED,
    details:
      'Incremental xDS is not served. Use state of the world: StreamAggregatedResources; in Envoy, api_type: GRPC.',
  });
}
