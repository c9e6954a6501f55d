import { currentContext, runInContext } from '../context/call-context.js';
import { addRequestHook, type RequestHook, type RequestHookable } from './request-hooks.js';

/** Keeps its hook as Nest's Express adapter does. */
class Adapter implements RequestHookable {
  onRequestHook: RequestHook | undefined;

  setOnRequestHook(hook: RequestHook): void {
    this.onRequestHook = hook;
  }
}

describe('request hooks', () => {
  const setUp = () => {
    const adapter = new Adapter();
    const calls: unknown[] = [];
    const through =
      (name: string): RequestHook =>
      (_request, _response, done) => {
        calls.push(name);
        done();
      };
    const request = (done = (error?: Error) => calls.push(error ?? 'next')) =>
      adapter.onRequestHook?.({}, {}, done);
    return { adapter, calls, through, request };
  };

  it.each(['before', 'after'])('run around the hook that others set %s them', (when) => {
    const { adapter, calls, through, request } = setUp();
    if (when === 'before') adapter.setOnRequestHook(through('theirs'));
    addRequestHook(adapter, 'trace', through('ours'));
    if (when === 'after') adapter.setOnRequestHook(through('theirs'));
    request();
    expect(calls).toEqual(['ours', 'theirs', 'next']);
  });

  it('run by phase, each once, whoever comes first', () => {
    const { adapter, calls, through, request } = setUp();
    for (const phase of ['limit', 'edge', 'trace'] as const) addRequestHook(adapter, phase, through(phase));
    adapter.setOnRequestHook(through('theirs'));
    request();
    expect(calls).toEqual(['edge', 'trace', 'limit', 'theirs', 'next']);
  });

  it('alone continue the request', () => {
    const { adapter, calls, through, request } = setUp();
    addRequestHook(adapter, 'limit', through('ours'));
    request();
    expect(calls).toEqual(['ours', 'next']);
  });

  it('go no further after an error, nor when one has answered', () => {
    const { adapter, calls, through, request } = setUp();
    const error = new Error('no');
    addRequestHook(adapter, 'edge', (_request, _response, done) => done(error));
    addRequestHook(adapter, 'limit', through('limit'));
    request();
    expect(calls).toEqual([error]);
    addRequestHook(adapter, 'edge', () => {});
    request();
    expect(calls).toEqual([error]);
  });

  it('begin in a context of their own, and what one lays over it reaches the next', () => {
    const { adapter, calls, request } = setUp();
    addRequestHook(adapter, 'trace', (_request, _response, done) => {
      calls.push(currentContext());
      runInContext({ deadline: 5 }, done);
    });
    runInContext({ deadline: 1 }, () => request(() => calls.push(currentContext())));
    expect(calls).toEqual([{}, { deadline: 5 }]);
  });
});
