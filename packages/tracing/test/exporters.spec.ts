import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { jest } from '@jest/globals';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { Tracer, TracingModule, type TracingOptions } from '../src/index.js';

const OTLP = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const NAMES = [OTLP, 'OTEL_TRACES_EXPORTER', 'OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES'];

const before = NAMES.map((name) => [name, process.env[name]] as const);
afterEach(() => {
  jest.restoreAllMocks();
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const boot = (options: TracingOptions = {}) =>
  Test.createTestingModule({ imports: [TracingModule.forRoot(options)] }).compile();

/** An OTLP endpoint that keeps what it is sent. */
async function collector() {
  const received: { path: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    received.push({ path: request.url, body: await read(request) });
    response.setHeader('content-type', request.headers['content-type'] ?? '').end('{}');
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

describe('spans', () => {
  it('go to the OTLP endpoint of the environment, with who sends them, at the latest when the app closes', async () => {
    const target = await collector();
    process.env[OTLP] = target.url;
    process.env['OTEL_SERVICE_NAME'] = 'order-service';
    process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'k8s.pod.name=pod%2D7,broken,service.name=ignored';
    const app = await boot({ attributes: { 'deployment.environment.name': 'staging' } });
    app.get(Tracer).span('place order', () => undefined);
    await app.close();
    await target.close();
    expect(target.received).toHaveLength(1);
    expect(target.received[0]?.path).toBe('/v1/traces');
    for (const text of ['place order', 'order-service', 'k8s.pod.name', 'pod-7', 'staging']) {
      expect(target.received[0]?.body).toContain(text);
    }
    expect(target.received[0]?.body).not.toContain('ignored');
  });

  it('are written as lines when the environment says console', async () => {
    process.env['OTEL_TRACES_EXPORTER'] = 'console';
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const app = await boot({ service: 'test' });
    const tracer = app.get(Tracer);
    tracer.span('outer', (span) => {
      span.setTag('rows', 2);
      tracer.startSpan('inner', { kind: 'client' }).finish(new Error('refused'));
    });
    await app.close();
    const [inner, outer] = lines.filter((line) => /outer|inner/.test(line));
    expect(outer).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} [0-9a-f]{32} [0-9a-f]{16} INTERNAL outer \d+\.\d ms rows=2\n$/,
    );
    expect(inner).toMatch(
      / [0-9a-f]{16}<[0-9a-f]{16} CLIENT inner \d+\.\d ms ERROR "refused" error.type="Error"\n$/,
    );
  });

  it('go nowhere by default, and an unknown exporter in the environment fails the boot', async () => {
    for (const name of NAMES) delete process.env[name];
    const app = await boot({ service: 'test' });
    const tracer = app.get(Tracer);
    const traced = await tracer.span('x', async (span) => {
      await Promise.resolve();
      return [span.traceId, tracer.currentTraceId(), tracer.span('y', (inner) => inner.traceId)];
    });
    expect(new Set(traced).size).toBe(1);
    expect(traced[0]).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    await tracer.flush();
    await app.close();
    process.env['OTEL_TRACES_EXPORTER'] = 'zipkin';
    await expect(boot({ service: 'test' })).rejects.toThrow('OTEL_TRACES_EXPORTER: Invalid value "zipkin".');
  });
});

describe('an exporter that fails', () => {
  class Flaky implements SpanExporter {
    failing = true;
    hanging = false;

    export(_spans: ReadableSpan[], done: (result: ExportResult) => void): void {
      if (this.hanging) return;
      done(
        this.failing
          ? { code: ExportResultCode.FAILED, error: new Error('connection refused') }
          : { code: ExportResultCode.SUCCESS },
      );
    }

    shutdown = () => Promise.resolve();
  }

  it('is reported once when spans get lost, and once when they no longer do', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const exporter = new Flaky();
    const app = await boot({ service: 'test', exporter });
    const tracer = app.get(Tracer);
    for (const turn of [1, 2]) {
      tracer.startSpan(`lost ${turn}`).finish();
      await expect(tracer.flush()).rejects.toThrow('connection refused');
    }
    exporter.failing = false;
    tracer.startSpan('sent').finish();
    await tracer.flush();
    await app.close();
    expect(warn.mock.calls).toEqual([['Spans cannot be exported and are lost: connection refused.']]);
    expect(log.mock.calls.flat()).toContain('Spans are exported again; 2 were lost.');
  });

  it('does not fail the shutdown', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const app = await boot({ service: 'test', exporter: new Flaky() });
    app.get(Tracer).startSpan('lost').finish();
    await app.close();
    expect(warn.mock.calls.flat()).toContain('The last spans may be lost: connection refused');
  });
});
