import { type ModuleMetadata } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { type AddressInfo } from 'node:net';
import { Tracer, TracingModule, type TracingOptions } from '../src/index.js';

/** An app that listens on a free port and keeps its spans. */
export interface Recorded {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly exporter: InMemorySpanExporter;
  /** The spans that have ended so far, by name. */
  spans(): Promise<ReadableSpan[]>;
  /** The one span of this name. Waits until it has ended: a server's span ends after the client has its answer. */
  span(name: string): Promise<ReadableSpan>;
}

const apps: NestExpressApplication[] = [];

// Also after a test that failed before it closed its app: an open server would keep Jest from ending.
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

export async function record(
  parts: ModuleMetadata,
  options: TracingOptions = {},
  prepare: (app: NestExpressApplication) => void = () => undefined,
): Promise<Recorded> {
  const exporter = new InMemorySpanExporter();
  const module = await Test.createTestingModule({
    ...parts,
    imports: [TracingModule.forRoot({ service: 'test', exporter, ...options }), ...(parts.imports ?? [])],
  }).compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false });
  apps.push(app);
  prepare(app);
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  const spans = async () => {
    await app.get(Tracer).flush();
    return exporter.getFinishedSpans();
  };
  const span = async (name: string) => {
    for (let turn = 0; turn < 1_000; turn++) {
      const found = (await spans()).filter((candidate) => candidate.name === name);
      if (found.length > 1) throw new Error(`${found.length} spans are named ${name}.`);
      if (found[0]) return found[0];
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`No span ${name}; there are: ${(await spans()).map((other) => other.name).join(', ')}`);
  };
  return { app, url, exporter, spans, span };
}
