import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { CallObserver } from '@rookery/common';
import { Tracer } from '../src/index.js';
import { record, type Recorded } from './recording.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

let recorded: Recorded;
let observer: CallObserver;
let tracer: Tracer;
beforeEach(async () => {
  recorded = await record({});
  observer = recorded.app.get(CallObserver);
  tracer = recorded.app.get(Tracer);
});

describe('an observed call', () => {
  it('is a span of its kind below the running one, and what it does is below it', async () => {
    await tracer.span('handler', () =>
      observer.observe({ kind: 'client', name: 'GET user-service', attributes: { a: 1 } }, async (call) => {
        await Promise.resolve();
        call.annotate({ instance: 'i-1' });
        call.event('retry', { attempt: 2 });
        tracer.startSpan('inside').finish();
      }),
    );
    const call = await recorded.span('GET user-service');
    expect(call.kind).toBe(SpanKind.CLIENT);
    expect(call.attributes).toEqual({ a: 1, instance: 'i-1' });
    expect(call.events).toMatchObject([{ name: 'retry', attributes: { attempt: 2 } }]);
    const id = call.spanContext().spanId;
    expect(call.parentSpanContext?.spanId).toBe((await recorded.span('handler')).spanContext().spanId);
    expect((await recorded.span('inside')).parentSpanContext?.spanId).toBe(id);
  });

  it('sends its own id, and the same headers however often they are asked for', async () => {
    const headers = await observer.observe({ kind: 'producer', name: 'publish' }, (call) => {
      expect(call.outgoing).toBe(call.outgoing);
      return Promise.resolve(call.outgoing);
    });
    const { traceId, spanId } = (await recorded.span('publish')).spanContext();
    expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-03` });
  });

  it('continues the trace of the message it handles, not that of the loop that fetched it', async () => {
    const incoming = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: 'other=1' };
    await tracer.span('poll', async () => {
      await observer.observe({ kind: 'consumer', name: 'with', incoming }, (call) => {
        expect(call.outgoing['tracestate']).toBe('other=1');
        return Promise.resolve();
      });
      await observer.observe(
        { kind: 'consumer', name: 'without', incoming: { traceparent: undefined } },
        () => Promise.resolve(),
      );
    });
    expect((await recorded.span('with')).spanContext().traceId).toBe(TRACE);
    expect((await recorded.span('without')).parentSpanContext).toBeUndefined();
  });

  it('is failed by a rejection and by a throw, which reach the caller unchanged', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    await expect(
      observer.observe({ kind: 'client', name: 'rejects' }, () => Promise.reject(refused)),
    ).rejects.toBe(refused);
    await expect(
      observer.observe({ kind: 'client', name: 'throws' }, () => {
        throw refused;
      }),
    ).rejects.toBe(refused);
    for (const name of ['rejects', 'throws']) {
      const span = await recorded.span(name);
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'refused' });
      expect(span.attributes['error.type']).toBe('ECONNREFUSED');
    }
  });
});
