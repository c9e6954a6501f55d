import { type WovenMethod } from '@rookery/common';
import { bench } from '../../test/support.js';
import { declarationsOf } from './method-policies.js';
import { ResilienceRuntime } from './resilience-runtime.js';

class Users {
  find() {}
}

function woven(key: string) {
  const method: WovenMethod = {
    target: Users.prototype,
    className: 'Users',
    key,
    name: key,
    returnType: Promise,
    original: () => 'ok',
    written: () => 'ok',
  };
  return (runtime: ResilienceRuntime) =>
    runtime.invoke({ method, instance: {}, args: [], proceed: () => 'ok' });
}

describe('the runtime of an app', () => {
  it('builds the pipeline of a method once', () => {
    const { registry } = bench();
    const runtime = new ResilienceRuntime(registry);
    const policies = declarationsOf(Users.prototype, 'find');
    const { prototype } = Users;
    const pipeline = runtime.prepare(prototype, policies);
    expect(runtime.prepare(prototype, policies)).toBe(pipeline);
    expect(new ResilienceRuntime(registry).prepare(prototype, policies)).not.toBe(pipeline);
  });

  it('decides once how the calls of a method are made', async () => {
    const policies = declarationsOf(Users.prototype, 'find');
    let asked = 0;
    Object.defineProperty(policies, 'stream', { get: () => void (asked += 1) });
    const runtime = new ResilienceRuntime(bench().registry);
    const invoke = woven('find');
    await expect(invoke(runtime)).resolves.toBe('ok');
    const once = asked;
    expect(once).toBeGreaterThan(0);
    await expect(invoke(runtime)).resolves.toBe('ok');
    expect(asked).toBe(once);
  });

  it('refuses a woven method without declarations', () => {
    const runtime = new ResilienceRuntime(bench().registry);
    expect(() => woven('lose')(runtime)).toThrow(
      new TypeError('Users.lose is woven but declares no policy.'),
    );
  });
});
