import { Injectable, Scope } from '@nestjs/common';
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ReadableSpan } from '@opentelemetry/sdk-trace';
import { lastValueFrom, of, throwError } from 'rxjs';
import { Span, Tracer } from '../src/index.js';
import { record, type Recorded } from './recording.js';

@Injectable()
class Stock {
  constructor(private readonly tracer: Tracer) {}

  @Span()
  async reserve(count: number) {
    await this.check(count);
    return this.tracer.currentTraceId();
  }

  @Span('check stock')
  check(count: number) {
    if (count > 9) throw Object.assign(new Error('too many'), { code: 'TOO_MANY' });
    return Promise.resolve();
  }

  @Span()
  rejectWithNothing() {
    // oxlint-disable-next-line prefer-promise-reject-errors
    return Promise.reject();
  }

  @Span()
  levels(fail = false) {
    return fail ? throwError(() => new Error('no level')) : of(1, 2);
  }

  @Span()
  async *read(fail = false) {
    yield 1;
    await Promise.resolve();
    yield this.tracer.currentSpan()?.spanId;
    if (fail) throw new Error('torn');
  }
}

class ByFactory {
  @Span()
  work() {
    return 'done';
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Fresh {
  @Span()
  work() {
    return 'done';
  }
}

let recorded: Recorded;
let stock: Stock;
let tracer: Tracer;
beforeEach(async () => {
  recorded = await record({
    providers: [Stock, Fresh, { provide: ByFactory, useFactory: () => new ByFactory() }],
  });
  stock = recorded.app.get(Stock);
  tracer = recorded.app.get(Tracer);
});

const idOf = (span: ReadableSpan) => span.spanContext().spanId;

describe('@Span()', () => {
  it('nests, and names a span by its method unless told otherwise', async () => {
    const traceId = await stock.reserve(1);
    const outer = await recorded.span('Stock.reserve');
    const inner = await recorded.span('check stock');
    expect(inner.parentSpanContext?.spanId).toBe(idOf(outer));
    expect([outer, inner].map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
  });

  it('records the error with its code, and passes it on unchanged', async () => {
    await expect(stock.reserve(10)).rejects.toThrow('too many');
    const span = await recorded.span('check stock');
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'too many' });
    expect(span.attributes['error.type']).toBe('TOO_MANY');
    expect(span.events[0]?.attributes?.['exception.stacktrace']).toContain('too many');
    expect((await recorded.span('Stock.reserve')).status.code).toBe(SpanStatusCode.ERROR);
  });

  it('is failed by a rejection without a reason', async () => {
    await expect(stock.rejectWithNothing()).rejects.toBeUndefined();
    expect((await recorded.span('Stock.rejectWithNothing')).status.code).toBe(SpanStatusCode.ERROR);
  });

  it.each([
    [false, SpanStatusCode.UNSET],
    [true, SpanStatusCode.ERROR],
  ])('ends with an observable (failing: %p)', async (fail, code) => {
    const levels = stock.levels(fail);
    expect(await recorded.spans()).toEqual([]);
    await lastValueFrom(levels).catch(() => undefined);
    expect((await recorded.span('Stock.levels')).status.code).toBe(code);
  });

  it('covers an async iterable to its end, and is the running span inside it', async () => {
    const read: unknown[] = [];
    for await (const value of stock.read()) read.push(value);
    expect(read).toEqual([1, idOf(await recorded.span('Stock.read'))]);
  });

  it('ends when an async iterable is left early, and is failed when it breaks', async () => {
    for await (const _ of stock.read()) break;
    expect((await recorded.span('Stock.read')).status.code).toBe(SpanStatusCode.UNSET);
    recorded.exporter.reset();
    const drain = async () => {
      for await (const _ of stock.read(true));
    };
    await expect(drain()).rejects.toThrow('torn');
    expect((await recorded.span('Stock.read')).status.code).toBe(SpanStatusCode.ERROR);
  });

  it('reaches what a factory made and transient providers', async () => {
    expect(recorded.app.get(ByFactory).work()).toBe('done');
    expect((await recorded.app.resolve(Fresh)).work()).toBe('done');
    expect((await recorded.spans()).map((span) => span.name)).toEqual(['ByFactory.work', 'Fresh.work']);
  });

  it('does nothing to an object made by hand', async () => {
    expect(new ByFactory().work()).toBe('done');
    expect(await recorded.spans()).toEqual([]);
  });
});

describe('Tracer', () => {
  it('starts a span that the caller tags, logs to and finishes once', async () => {
    const span = tracer.startSpan('import', { kind: 'producer', tags: { rows: 2 } });
    span.setTag('file', 'a.csv').setTags({ dry: true }).log('row skipped', { row: 1 });
    expect(tracer.currentSpan()).toBeUndefined();
    span.finish(new Error('disk full'));
    span.finish();
    const recordedSpan = await recorded.span('import');
    expect(recordedSpan.attributes).toMatchObject({ rows: 2, file: 'a.csv', dry: true });
    expect(recordedSpan.events[0]).toMatchObject({ name: 'row skipped', attributes: { row: 1 } });
    expect(recordedSpan.status).toEqual({ code: SpanStatusCode.ERROR, message: 'disk full' });
    expect([span.traceId, span.spanId]).toEqual([recordedSpan.spanContext().traceId, idOf(recordedSpan)]);
  });

  it('gives back what the work gives, as it gives it', async () => {
    expect(tracer.span('sync', () => 5)).toBe(5);
    await expect(tracer.span('async', () => Promise.resolve(6))).resolves.toBe(6);
    expect(() =>
      tracer.span('throws', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect((await recorded.span('throws')).status.code).toBe(SpanStatusCode.ERROR);
  });

  it('starts a trace of its own when asked to, inside another', async () => {
    tracer.span('outer', () => tracer.span('inner', () => undefined, { root: true }));
    const [outer, inner] = [await recorded.span('outer'), await recorded.span('inner')];
    expect(inner.spanContext().traceId).not.toBe(outer.spanContext().traceId);
  });

  it('shares its spans with every user of the OpenTelemetry API', async () => {
    tracer.span('ours', (span) => {
      expect(trace.getActiveSpan()?.spanContext().spanId).toBe(span.spanId);
      trace.getTracer('library').startActiveSpan('theirs', (theirs) => {
        expect(tracer.currentSpan()?.spanId).toBe(theirs.spanContext().spanId);
        theirs.end();
      });
    });
    expect((await recorded.span('theirs')).parentSpanContext?.spanId).toBe(idOf(await recorded.span('ours')));
    expect(context.active()).toBe(ROOT_CONTEXT);
  });
});
