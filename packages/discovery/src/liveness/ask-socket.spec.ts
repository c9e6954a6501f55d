import { type LookupFunction } from 'node:net';
import { signOfLife } from '../ejection/sign-of-life.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { acceptsConnection } from '../registry/accepts-connection.js';
import { sampleInstance } from '../testing/sample-instance.js';

const never = new AbortController().signal;

const fails =
  (code: string): LookupFunction =>
  (_host, _options, found) =>
    found(Object.assign(new Error(code), { code }), []);
const hangs: LookupFunction = () => {};

type Ask = (instance: ServiceInstance, lookup: LookupFunction, signal?: AbortSignal) => unknown;

describe.each<[string, Ask]>([
  ['a sign of life', (instance, lookup, signal = never) => signOfLife(() => lookup)(instance, signal)],
  [
    'an accepted connection',
    (instance, lookup, signal = never) => acceptsConnection(instance, signal, lookup),
  ],
])('the question for %s', (_what, ask) => {
  const named = sampleInstance({ id: 'a', host: 'users.internal', port: 1 });

  it('tells nothing when the name server does not answer, or says so', async () => {
    expect(await ask(named, fails('EAI_AGAIN'))).toBeUndefined();
    expect(await ask(named, hangs)).toBeUndefined();
  });

  it('tells nothing when nobody waits any more before it is known where the name leads', async () => {
    const stop = new AbortController();
    const asked = ask(named, hangs, stop.signal);
    stop.abort();
    expect(await asked).toBeUndefined();
  });

  it('tells that nobody is there under a name that does not exist, or may not lead where it leads', async () => {
    expect(await ask(named, fails('ENOTFOUND'))).toBe(false);
    expect(await ask(named, fails('ADDRESS_REFUSED'))).toBe(false);
  });
});
