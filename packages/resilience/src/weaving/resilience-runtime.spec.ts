import { type WovenMethod } from '@rookery/common';
import { bench } from '../../test/support.js';
import { declarationsOf } from './method-policies.js';
import { ResilienceRuntime } from './resilience-runtime.js';

class Users {
  find() {}
}

function woven(key: string) {
  const reads = { returnType: 0 };
  const method: WovenMethod = {
    target: Users.prototype,
    className: 'Users',
    key,
    name: key,
    get returnType() {
      reads.returnType += 1;
      return Promise;
    },
    original: () => 'ok',
    written: () => 'ok',
  };
  const invoke = (runtime: ResilienceRuntime) =>
    runtime.invoke({ method, instance: {}, args: [], proceed: () => 'ok' });
  return { method, reads, invoke };
}

describe('the runtime of an app', () => {
  it('builds the pipeline of a method once', () => {
    const { registry } = bench();
    const runtime = new ResilienceRuntime(registry);
    const policies = declarationsOf(Users.prototype, 'find');
    expect(runtime.prepare(policies)).toBe(runtime.prepare(policies));
    expect(new ResilienceRuntime(registry).prepare(policies)).not.toBe(runtime.prepare(policies));
  });

  it('decides once how the calls of a method are made', async () => {
    declarationsOf(Users.prototype, 'find').declared.retry = 2;
    const runtime = new ResilienceRuntime(bench().registry);
    const { invoke, reads } = woven('find');
    await expect(invoke(runtime)).resolves.toBe('ok');
    const { returnType } = reads;
    expect(returnType).toBeGreaterThan(0);
    await expect(invoke(runtime)).resolves.toBe('ok');
    expect(reads.returnType).toBe(returnType);
  });

  it('refuses a woven method without declarations', () => {
    const runtime = new ResilienceRuntime(bench().registry);
    expect(() => woven('lose').invoke(runtime)).toThrow(
      new TypeError('Users.lose is woven but declares no policy.'),
    );
  });
});
