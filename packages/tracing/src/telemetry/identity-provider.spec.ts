import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import * as core from '@opentelemetry/core';
import { seededRandom } from '@rookery/common/testing';
import { isTracingSuppressed, suppressTracing } from '../context/suppression.js';
import { identityProvider } from './identity-provider.js';

const tracer = identityProvider(seededRandom(1)).getTracer('test');
const parent = (traceFlags: number) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags });

describe('a span that is not recorded', () => {
  it('has ids of its own, and asks those it calls to record', () => {
    const [first, second] = [tracer.startSpan('a'), tracer.startSpan('b')].map((span) => span.spanContext());
    expect(first).toMatchObject({ traceFlags: 1 });
    expect(first?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(first?.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(first?.traceId).not.toBe(second?.traceId);
    expect(tracer.startSpan('a').isRecording()).toBe(false);
  });

  it.each([0, 1])('continues its parent, and its decision to record (%i)', (flags) => {
    const { traceId, spanId, traceFlags } = tracer.startSpan('a', {}, parent(flags | 2)).spanContext();
    expect([traceId, traceFlags]).toEqual(['a'.repeat(32), flags]);
    expect(spanId).not.toBe('b'.repeat(16));
    expect(tracer.startSpan('a', { root: true }, parent(flags)).spanContext().traceId).not.toBe(traceId);
  });

  it('never has an id of zeros', () => {
    const draws = [0, 0, 0, 0, 0, 0, 0, 0.5];
    const { traceId } = identityProvider(() => draws.shift() ?? 0.5)
      .getTracer('test')
      .startSpan('a')
      .spanContext();
    expect(traceId).toBe(`${'0'.repeat(24)}80000000`);
  });

  it('is handed to the work, however startActiveSpan is called', () => {
    const ids = [
      tracer.startActiveSpan('a', (span) => span.spanContext().traceId),
      tracer.startActiveSpan('a', {}, (span) => span.spanContext().traceId),
      tracer.startActiveSpan('a', {}, parent(1), (span) => span.spanContext().traceId),
    ];
    expect(ids[2]).toBe('a'.repeat(32));
    expect(new Set(ids).size).toBe(3);
  });

  it('does not exist where tracing is suppressed, by us or by OpenTelemetry', () => {
    for (const suppress of [suppressTracing, core.suppressTracing]) {
      expect(tracer.startSpan('a', {}, suppress(parent(1))).spanContext().traceId).toMatch(/^0+$/);
    }
    expect(core.isTracingSuppressed(suppressTracing(ROOT_CONTEXT))).toBe(true);
    expect(isTracingSuppressed(core.suppressTracing(ROOT_CONTEXT))).toBe(true);
    expect(isTracingSuppressed(ROOT_CONTEXT)).toBe(false);
  });
});
