import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { TraceContextPropagator } from './trace-context.propagator.js';
import { formatTraceParent, parseTraceParent, RANDOM, SAMPLED } from './trace-parent.js';
import { W3CTraceState } from './trace-state.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each([
    ['recorded', `00-${TRACE}-${SPAN}-01`, SAMPLED],
    ['not recorded', `00-${TRACE}-${SPAN}-00`, 0],
    ['with a random id', `00-${TRACE}-${SPAN}-03`, SAMPLED | RANDOM],
    ['with flags nobody knows yet', `00-${TRACE}-${SPAN}-fd`, SAMPLED],
    ['with white space around it', ` \t00-${TRACE}-${SPAN}-01 `, SAMPLED],
    ['of a later version', `cc-${TRACE}-${SPAN}-01`, SAMPLED],
    ['of a later version with more behind it', `01-${TRACE}-${SPAN}-01-what-comes`, SAMPLED],
    ['of a later version with a dash behind it', `01-${TRACE}-${SPAN}-00-`, 0],
  ])('%s is read', (_case, header, flags) => {
    expect(parseTraceParent(header)).toEqual({ traceId: TRACE, spanId: SPAN, flags });
  });

  it.each([
    ['empty', ''],
    ['of version ff', `ff-${TRACE}-${SPAN}-01`],
    ['in upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['with an upper case flag', `00-${TRACE}-${SPAN}-0A`],
    ['with a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['with a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['of version 00 with more behind it', `00-${TRACE}-${SPAN}-01-more`],
    ['of version 00 with a dash behind it', `00-${TRACE}-${SPAN}-01-`],
    ['of a later version with more but no dash', `01-${TRACE}-${SPAN}-01.more`],
    ['with a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['with a long span id', `00-${TRACE}-${SPAN}0-01`],
    ['with one digit of flags', `00-${TRACE}-${SPAN}-1`],
    ['with a digit that is none', `00-${TRACE.slice(1)}g-${SPAN}-01`],
    ['sent twice', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['behind a line break', `\n00-${TRACE}-${SPAN}-01`],
  ])('%s is ignored', (_case, header) => {
    expect(parseTraceParent(header)).toBeUndefined();
  });

  it('is written with two digits of flags, and none that level 2 does not know', () => {
    expect(formatTraceParent({ traceId: TRACE, spanId: SPAN, flags: 0xff })).toBe(`00-${TRACE}-${SPAN}-03`);
  });
});

describe('a tracestate', () => {
  it.each([
    ['a=1', 'a=1'],
    ['a=1,b=2', 'a=1,b=2'],
    [' a=1 \t,\t b=2 ', 'a=1,b=2'],
    ['a=1,,b=2,', 'a=1,b=2'],
    ['a=1,a=2', 'a=1'],
    ['1a=1', '1a=1'],
    ['tenant@vendor=x', 'tenant@vendor=x'],
    ['a= 1', 'a= 1'],
    [`${'k'.repeat(256)}=${'v'.repeat(255)}`, undefined],
    [Array.from({ length: 32 }, (_, i) => `k${i}=1`).join(','), undefined],
  ])('%j is carried on', (header, written) => {
    const state = W3CTraceState.parse(header);
    expect(state?.serialize()).toBe(written ?? header);
  });

  it.each([
    'A=1',
    'a',
    'a=',
    '=1',
    'a=1=2',
    'a =1',
    'a=1,b',
    'a=1\u00e9',
    '_a=1',
    `${'k'.repeat(257)}=1`,
    `a=${'v'.repeat(257)}`,
    Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(','),
    '',
  ])('%j is discarded whole', (header) => {
    expect(W3CTraceState.parse(header)).toBeUndefined();
  });

  it('puts what is set in front, once, and never holds more than 32', () => {
    const state = W3CTraceState.parse('a=1,b=2')?.set('b', '3').set('c', '4');
    expect(state?.serialize()).toBe('c=4,b=3,a=1');
    expect(state?.unset('b').serialize()).toBe('c=4,a=1');
    expect(state?.set('BAD', '1')).toBe(state);
    const full = W3CTraceState.parse(Array.from({ length: 32 }, (_, i) => `k${i}=1`).join(','));
    expect(full?.set('new', '1').serialize().split(',')).toHaveLength(32);
  });

  it('drops long members first, then the oldest, when it does not fit into 512 characters', () => {
    const members = Array.from({ length: 20 }, (_, i) => `key${i}=${'v'.repeat(25)}`);
    const kept =
      W3CTraceState.parse(['a=1', `long=${'v'.repeat(200)}`, ...members].join(','))?.serialize() ?? '';
    expect(kept.length).toBeLessThanOrEqual(512);
    expect(kept).toMatch(/^a=1,key0=/);
    expect(kept).not.toContain('long');
    expect(kept).not.toContain('key19');
  });
});

describe('TraceContextPropagator', () => {
  const propagator = new TraceContextPropagator();
  const extract = (headers: object) => propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  const inject = (context = ROOT_CONTEXT) => {
    const headers: Record<string, string> = {};
    propagator.inject(context, headers, defaultTextMapSetter);
    return headers;
  };
  const child = (context = ROOT_CONTEXT, traceId = TRACE) =>
    trace.setSpanContext(context, { traceId, spanId: 'a'.repeat(16), traceFlags: TraceFlags.SAMPLED });

  it.each([
    ['00', '01', 'passes on that the id is not random'],
    ['02', '03', 'passes on that the id is random'],
  ])('with incoming flags %s sends %s: it %s', (incoming, outgoing) => {
    const context = extract({ traceparent: `00-${TRACE}-${SPAN}-${incoming}`, tracestate: 'a=1' });
    expect(inject(child(context))['traceparent']).toBe(`00-${TRACE}-${'a'.repeat(16)}-${outgoing}`);
  });

  it('marks the id of a trace that began here as random, also inside another trace', () => {
    expect(inject(child())['traceparent']).toMatch(/-03$/);
    const inside = extract({ traceparent: `00-${TRACE}-${SPAN}-00` });
    expect(inject(child(inside, 'b'.repeat(32)))['traceparent']).toMatch(/-03$/);
  });

  it('carries tracestate on, joined when it came in several headers', () => {
    const context = extract({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: ['a=1', 'b=2'] });
    expect(inject(context)).toMatchObject({ tracestate: 'a=1,b=2' });
  });

  it('keeps a good traceparent when tracestate is malformed, and drops tracestate without traceparent', () => {
    expect(inject(extract({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'A' }))).toEqual({
      traceparent: `00-${TRACE}-${SPAN}-01`,
    });
    expect(extract({ tracestate: 'a=1' })).toBe(ROOT_CONTEXT);
  });

  it('ignores a list of more than one traceparent', () => {
    const header = `00-${TRACE}-${SPAN}-01`;
    expect(extract({ traceparent: [header, header] })).toBe(ROOT_CONTEXT);
    expect(extract({ traceparent: [header] })).not.toBe(ROOT_CONTEXT);
  });

  it('sends nothing where nothing is traced', () => {
    expect(inject()).toEqual({});
    expect(inject(suppressTracing(child()))).toEqual({});
  });
});
