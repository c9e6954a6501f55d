import { Controller, Get, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { context, propagation, ProxyTracerProvider, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider as SdkTracerProvider,
} from '@opentelemetry/sdk-trace';
import { Tracer, TracingModule } from '../src/index.js';
import { record } from './recording.js';

@Controller('work')
class Work {
  @Get()
  work() {
    return trace.getTracer('library').startActiveSpan('library span', (span) => {
      span.end();
      return 'done';
    });
  }
}

const registered = () => (trace.getTracerProvider() as ProxyTracerProvider).getDelegate();
const nothing = new ProxyTracerProvider().getDelegate();

describe('an app without HTTP', () => {
  it('begins, and has a tracer', async () => {
    @Module({ imports: [TracingModule.forRoot({ service: 'worker' })] })
    class Worker {}
    const app = await NestFactory.createApplicationContext(Worker, { logger: false, abortOnError: false });
    expect(app.get(Tracer).span('work', ({ traceId }) => traceId)).toMatch(/^[0-9a-f]{32}$/);
    await app.close();
  });
});

describe('two apps in one process', () => {
  it('keep their spans apart, and the second goes on when the first closes', async () => {
    const first = await record({ controllers: [Work] }, { service: 'first' });
    const second = await record({ controllers: [Work] }, { service: 'second' });
    await fetch(`${first.url}/work`);
    await fetch(`${second.url}/work`);
    expect((await first.span('GET /work')).resource.attributes['service.name']).toBe('first');
    expect((await second.span('GET /work')).resource.attributes['service.name']).toBe('second');
    await first.app.close();
    second.exporter.reset();
    await fetch(`${second.url}/work`);
    const server = await second.span('GET /work');
    // The library asks the process for a provider; the second app's has taken over.
    expect((await second.span('library span')).parentSpanContext?.spanId).toBe(server.spanContext().spanId);
    await second.app.close();
  });

  it('leave nothing registered when both are closed, in either order', async () => {
    for (const order of [0, 1]) {
      const apps = [await record({}), await record({})];
      await apps[order]?.app.close();
      expect(registered()).not.toBe(nothing);
      await apps[1 - order]?.app.close();
      expect(registered()).toBe(nothing);
      expect(propagation.fields()).toEqual([]);
      const probe = ROOT_CONTEXT.setValue(Symbol('probe'), 1);
      expect(context.with(probe, () => context.active())).toBe(ROOT_CONTEXT);
    }
  });
});

describe('a tracer provider that the app registered itself', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new SdkTracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  beforeEach(() => trace.setGlobalTracerProvider(provider));
  afterEach(() => trace.disable());

  it('gets all spans, and is neither replaced nor shut down', async () => {
    const app = await record({ controllers: [Work] });
    await fetch(`${app.url}/work`);
    await app.app.get(Tracer).flush();
    await app.app.close();
    expect(app.exporter.getFinishedSpans()).toEqual([]);
    expect(exporter.getFinishedSpans().map((span) => span.name)).toEqual(['library span', 'GET /work']);
    expect(registered()).toBe(provider);
    provider.getTracer('after').startSpan('still works').end();
    expect(exporter.getFinishedSpans()).toHaveLength(3);
  });
});

describe('TracingModule', () => {
  const boot = (...imports: NonNullable<ModuleMetadata['imports']>) =>
    Test.createTestingModule({ imports }).compile();

  it('refuses to be imported twice, because everything would be traced twice', async () => {
    await expect(
      boot(TracingModule.forRoot({ service: 'a' }), TracingModule.forRoot({ service: 'a' })),
    ).rejects.toThrow('TracingModule.forRoot: Imported 2 times');
    expect(registered()).toBe(nothing);
  });

  it('needs a name from somewhere', async () => {
    await expect(boot(TracingModule.forRoot())).rejects.toThrow('TracingModule.forRoot: service: Missing.');
  });

  it.each([
    [{ service: 'a b' }, 'service: Invalid value "a b".'],
    [{ exporter: 'zipkin' }, "exporter: Invalid value \"zipkin\". Use 'otlp' or 'console' or 'none'."],
    [{ exporter: {} }, 'exporter: Invalid value an object. Use an object with the methods of SpanExporter'],
    [{ ignore: ['health'] }, 'ignore[0]: Invalid value "health". Use a path such as "/health".'],
    [{ attributes: { a: [] } }, 'attributes.a: Invalid value a list.'],
    [{ exporters: [] }, 'exporters: Unknown option.'],
  ])('refuses %j at boot, also from a factory', async (options, message) => {
    await expect(boot(TracingModule.forRoot(options as never))).rejects.toThrow(message);
    await expect(boot(TracingModule.forRootAsync({ useFactory: () => options as never }))).rejects.toThrow(
      message,
    );
  });
});
