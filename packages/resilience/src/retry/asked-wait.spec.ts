import { VirtualClock } from '@rookery/common/testing';
import { askedWait } from './asked-wait.js';

describe('what the other side asked to wait', () => {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const asked = (outcome: unknown) => askedWait(outcome, clock);

  it.each([
    ['the milliseconds of an error', { retryAfterMs: 1_500 }, 1_500],
    ['no time at all', { retryAfterMs: 0, headers: { 'retry-after': '9' } }, 0],
    ['the headers of fetch', { status: 503, headers: new Headers({ 'Retry-After': '2' }) }, 2_000],
    ['a map', { headers: new Map([['retry-after', '2']]) }, 2_000],
    ['plain headers', { headers: { 'retry-after': '3' } }, 3_000],
    ['a number', { headers: { 'retry-after': 3 } }, 3_000],
    ['canonical case', { headers: { 'Retry-After': '4' } }, 4_000],
    ['a date', { headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' } }, 5_000],
    ['the response of an error', { response: { headers: { 'retry-after': '6' } } }, 6_000],
    [
      'the response, where its own headers say nothing',
      { headers: {}, response: { headers: new Headers({ 'retry-after': '7' }) } },
      7_000,
    ],
  ])('is found as %s', (_where, outcome, milliseconds) => {
    expect(asked(outcome)).toBe(milliseconds);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'retryAfterMs'],
    ['an error like any other', new Error('x')],
    ['headers that do not say', { headers: new Headers(), response: null }],
    ['a word', { headers: { 'retry-after': 'soon' } }],
    ['a list', { headers: { 'retry-after': ['1', '2'] } }],
    ['no object as headers', { headers: 'retry-after: 1', response: { headers: null } }],
    ['a time that is no number', { retryAfterMs: '5' }],
    ['a time before now', { retryAfterMs: -1 }],
    ['not a number', { retryAfterMs: NaN }],
  ])('is unknown from %s', (_what, outcome) => {
    expect(asked(outcome)).toBeUndefined();
  });
});
