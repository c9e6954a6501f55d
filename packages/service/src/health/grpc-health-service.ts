import type * as Grpc from '@grpc/grpc-js';
import { type GrpcHealth } from './grpc-health.js';
import { type ServingStatus } from './grpc-health-definition.js';

interface Asked {
  readonly service: string;
}

interface Answer {
  readonly status: ServingStatus;
}

type Respond<T> = Grpc.sendUnaryData<T>;
type Stream = Grpc.ServerWritableStream<Asked, Answer>;

/** The statuses of gRPC that are used here: the package is loaded only where there is a server. */
const NOT_FOUND = 5;
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;

/** The most services that `List` tells of (grpc/health/v1/health.proto). */
const MOST_LISTED = 100;

/** The handlers of `grpc.health.v1.Health`. */
export class GrpcHealthService {
  readonly #streams = new Set<Stream>();

  constructor(private readonly health: GrpcHealth) {}

  get handlers(): Grpc.UntypedServiceImplementation {
    return {
      Check: ({ request: { service } }: { request: Asked }, respond: Respond<Answer>) => {
        const status = this.health.status(service);
        if (status !== 'SERVICE_UNKNOWN') respond(null, { status });
        else respond({ code: NOT_FOUND, details: `There is no service "${service}" here.` });
      },
      List: (_call: unknown, respond: Respond<object>) => {
        const { names } = this.health;
        if (names.length > MOST_LISTED) return respond({ code: RESOURCE_EXHAUSTED, details: TOO_MANY });
        const statuses = names.map((name) => [name, { status: this.health.status(name) }]);
        respond(null, { statuses: Object.fromEntries(statuses) as object });
      },
      Watch: (stream: Stream) => this.#watch(stream),
    };
  }

  /** Ends the watches: a server that waits for its calls to end would wait for them until it cuts them off. */
  close(): void {
    for (const stream of this.#streams) {
      stream.emit('error', { code: UNAVAILABLE, details: 'The server stops.' });
    }
    this.#streams.clear();
  }

  #watch(stream: Stream): void {
    const end = this.health.watch(stream.request.service, (status) => stream.write({ status }));
    this.#streams.add(stream);
    const forget = () => {
      end();
      this.#streams.delete(stream);
    };
    for (const event of ['cancelled', 'close', 'error', 'finish']) stream.on(event, forget);
  }
}

const TOO_MANY = `There are more than ${MOST_LISTED} services. Use Check.`;
