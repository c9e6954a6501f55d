import { ProblemType } from '@rookery/common';
import { type CallOptions } from './call-options.js';
import { type ContractRoute, type RoutedParameter } from './contract.js';
import { requestOf } from './request-of.js';

function route(parameters: readonly RoutedParameter[], changes: Partial<ContractRoute> = {}): ContractRoute {
  return {
    label: 'Api.call',
    method: 'call',
    verb: 'POST',
    path: '/',
    parameters,
    optionsAt: undefined,
    signalAt: undefined,
    defaults: {},
    ...changes,
  };
}

const at = (index: number, part: RoutedParameter['part'], name?: string): RoutedParameter => ({
  index,
  part,
  name,
});

describe('the arguments of a call', () => {
  it('go where the contract says, whole or by name', () => {
    const named = route([
      at(0, 'Param', 'id'),
      at(1, 'Query', 'page'),
      at(2, 'Headers', 'X-Tenant'),
      at(3, 'Body', 'name'),
    ]);
    expect(requestOf(named, ['a/b', 2, 'blue', 'Ada'])).toEqual({
      body: { name: 'Ada' },
      options: { params: { id: 'a/b' }, query: { page: '2' }, headers: { 'x-tenant': 'blue' } },
    });
    const whole = route([at(0, 'Param'), at(1, 'Query'), at(2, 'Headers'), at(3, 'Body')]);
    expect(
      requestOf(whole, [{ id: 1 }, { tag: ['a', 'b'], page: undefined }, { 'X-A': 'b' }, [1, 2]]),
    ).toEqual({
      body: [1, 2],
      options: { params: { id: '1' }, query: { tag: ['a', 'b'] }, headers: { 'x-a': 'b' } },
    });
  });

  it('are left out where they are undefined', () => {
    const all = route([at(0, 'Query', 'page'), at(1, 'Headers', 'x-a'), at(2, 'Query'), at(3, 'Body')]);
    expect(requestOf(all, [])).toEqual({ body: undefined, options: { params: {}, query: {}, headers: {} } });
  });

  it.each([
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a bigint', 2n ** 64n, '18446744073709551616'],
    ['false', false, 'false'],
    ['an empty text', '', ''],
    ['zero', -0, '0'],
  ])('become text: %s', (_what, value, text) => {
    expect(requestOf(route([at(0, 'Query', 'q')]), [value]).options.query).toEqual({ q: text });
  });

  it.each<[string, RoutedParameter, unknown]>([
    ['null', at(0, 'Query', 'q'), null],
    ['an object', at(0, 'Query', 'q'), { deep: true }],
    ['a list within a list', at(0, 'Query', 'q'), [['a']]],
    ['a list in a path', at(0, 'Param', 'id'), ['a', 'b']],
    ['NaN', at(0, 'Query', 'q'), Number.NaN],
    ['an invalid date', at(0, 'Query', 'q'), new Date(Number.NaN)],
    ['a function', at(0, 'Headers', 'x-a'), () => 'a'],
    ['an object in a whole query', at(0, 'Query'), { filter: { age: 3 } }],
    ['a list as the whole query', at(0, 'Query'), ['a']],
    ['a text as all parameters', at(0, 'Param'), 'a'],
  ])('are refused when they cannot be sent: %s', (_what, parameter, value) => {
    expect(() => requestOf(route([parameter]), [value])).toThrow(
      /^Api\.call, argument 1.*: (Invalid value|Give it an object)/,
    );
  });

  it('never show a value that is refused', () => {
    const secret = { token: 'hunter2' };
    expect(() => requestOf(route([at(0, 'Headers', 'authorization')]), [secret])).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }),
    );
  });

  it('may be called __proto__ like anything else', () => {
    const { body, options } = requestOf(route([at(0, 'Query'), at(1, 'Body', '__proto__')]), [
      JSON.parse('{"__proto__":"a"}'),
      { polluted: true },
    ]);
    expect(Object.entries(options.query ?? {})).toEqual([['__proto__', 'a']]);
    expect(JSON.stringify(body)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('go before the options of the call, and those before what holds for every call', () => {
    const defaults = {
      timeout: 1_000,
      idempotent: true,
      query: { a: '1', b: '1', c: '1' },
      headers: { 'x-a': '1' },
    };
    const options: CallOptions = { timeout: 50, query: { b: '2', c: '2' }, headers: { 'x-b': '2' } };
    const own = route([at(0, 'Query', 'c')], { defaults, optionsAt: 1 });
    expect(requestOf(own, ['3', options]).options).toEqual({
      timeout: 50,
      idempotent: true,
      params: {},
      query: { a: '1', b: '2', c: '3' },
      headers: { 'x-a': '1', 'x-b': '2' },
    });
  });

  it('know the problems of the method and of the call, each once', () => {
    const kind = (name: string) => ProblemType({ type: `urn:${name}`, code: 'A', title: name, status: 409 });
    const [one, two, three] = [
      class extends kind('1') {},
      class extends kind('2') {},
      class extends kind('3') {},
    ];
    const knowing = route([], { defaults: { errors: [one, two] }, optionsAt: 0 });
    const errorsOf = (options?: CallOptions) => requestOf(knowing, [options]).options.errors;
    expect(errorsOf()).toEqual([one, two]);
    expect(errorsOf({ errors: [two, three] })).toEqual([one, two, three]);
    expect(errorsOf({ errors: 5 as never })).toBe(5);
    expect(requestOf(route([]), []).options).not.toHaveProperty('errors');
  });

  it('end with any of the signals that they hold', () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const both = route([], { optionsAt: 0, signalAt: 1 });
    const { signal } = requestOf(both, [{ signal: first.signal }, second.signal]).options;
    expect(signal?.aborted).toBe(false);
    second.abort();
    expect(signal?.aborted).toBe(true);
    expect(requestOf(both, [undefined, first.signal]).options.signal).toBe(first.signal);
    expect(requestOf(both, [{ signal: first.signal }]).options.signal).toBe(first.signal);
    expect(requestOf(both, []).options).not.toHaveProperty('signal');
  });
});
