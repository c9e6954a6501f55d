import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** A span as the demo needs it. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly service: string;
  readonly instance: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** OTLP's number for the kind of span that a server makes. */
export const SERVER = 2;

/** Receives the fleet's traces by OTLP over HTTP with JSON, as any OpenTelemetry collector would. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  readonly endpoint: string;
  readonly #server: Server;

  private constructor(server: Server, endpoint: string) {
    this.#server = server;
    this.endpoint = endpoint;
  }

  static async start(): Promise<Collector> {
    const server = createServer((request, response) => {
      readJson(request)
        .then((body) => collector.spans.push(...spansOf(body as ExportRequest)))
        .then(
          () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
          (error: unknown) => response.writeHead(400).end(String(error)),
        );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const collector = new Collector(server, `http://127.0.0.1:${port}`);
    return collector;
  }

  trace(traceId: string): CollectedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The part of OTLP's ExportTraceServiceRequest that is read here. */
interface ExportRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: number };
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const STATUS_ERROR = 2;

function spansOf({ resourceSpans = [] }: ExportRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const of = attributesOf(resource?.attributes);
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        name: span.name,
        kind: span.kind,
        startMs: Number(BigInt(span.startTimeUnixNano) / 1_000n) / 1_000,
        durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
        failed: span.status?.code === STATUS_ERROR,
        service: String(of['service.name']),
        instance: String(of['service.instance.id']),
        attributes: attributesOf(span.attributes),
      })),
    );
  });
}

function attributesOf(list: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
