import { Controller, Get, Injectable, Logger } from '@nestjs/common';
import { Logger as PinoNestLogger, LoggerModule } from 'nestjs-pino';
import { Writable } from 'node:stream';
import { Span, traceLogFields, tracingMixin } from '../src/index.js';
import { record } from './recording.js';

@Injectable()
class Service {
  readonly #logger = new Logger('Service');

  @Span()
  async work() {
    await Promise.resolve();
    this.#logger.log('in the service');
  }
}

@Controller('work')
class Web {
  readonly #logger = new Logger('Web');

  constructor(private readonly service: Service) {}

  @Get()
  async work() {
    this.#logger.log('in the handler');
    await this.service.work();
    return 'done';
  }
}

class Lines extends Writable {
  readonly lines: Record<string, unknown>[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
    done();
  }
}

it('every line that nestjs-pino writes for a request carries its trace and the running span', async () => {
  const stream = new Lines();
  const recorded = await record(
    {
      imports: [LoggerModule.forRoot({ pinoHttp: { mixin: tracingMixin, stream } })],
      controllers: [Web],
      providers: [Service],
    },
    {},
    (app) => app.useLogger(app.get(PinoNestLogger)),
  );
  await fetch(`${recorded.url}/work`);
  const server = (await recorded.span('GET /work')).spanContext();
  const inner = (await recorded.span('Service.work')).spanContext();
  await recorded.app.close();

  const line = (message: string) => stream.lines.find(({ msg }) => msg === message);
  const inServer = { trace_id: server.traceId, span_id: server.spanId, trace_flags: '01' };
  expect(line('in the handler')).toMatchObject(inServer);
  expect(line('in the service')).toMatchObject({ trace_id: server.traceId, span_id: inner.spanId });
  expect(line('request completed')).toMatchObject(inServer);
  // Lines of the app's start belong to no trace.
  expect(stream.lines[0]).not.toHaveProperty('trace_id');
});

it('outside of any span there are no fields', () => {
  expect(traceLogFields()).toBeUndefined();
  expect(tracingMixin()).toEqual({});
});
