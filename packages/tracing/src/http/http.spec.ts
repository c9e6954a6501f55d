import { addRouteHook, type HookableAdapter, type RouteHook } from './hook-slots.js';
import { ignoring } from './ignored-paths.js';
import { redactQuery } from './redact-query.js';

/** Keeps its hooks as Nest's Express adapter does. */
class Adapter implements HookableAdapter {
  onRouteTriggered: RouteHook | undefined;

  setOnRequestHook(): void {}

  setOnRouteTriggered(hook: RouteHook): void {
    this.onRouteTriggered = hook;
  }

  getOnRouteTriggered(): RouteHook | undefined {
    return this.onRouteTriggered;
  }
}

describe('a hook of ours', () => {
  it.each(['before', 'after'])('runs beside a route hook that others set %s it', (when) => {
    const adapter = new Adapter();
    const calls: string[] = [];
    const theirs: RouteHook = (_method, path) => calls.push(`theirs ${path}`);
    if (when === 'before') adapter.setOnRouteTriggered(theirs);
    addRouteHook(adapter, (_method, path) => calls.push(`ours ${path}`));
    if (when === 'after') adapter.setOnRouteTriggered(theirs);
    adapter.onRouteTriggered?.(0, '/a');
    expect(calls).toEqual(['ours /a', 'theirs /a']);
  });
});

it('an ignored path covers what is below it, and no path that merely begins alike', () => {
  const isIgnored = ignoring(['/health', '/metrics/']);
  expect(['/health', '/health/live', '/metrics'].filter(isIgnored)).toHaveLength(3);
  expect(['/', '/healthy', '/api/health', '/metric'].filter(isIgnored)).toEqual([]);
});

it.each([
  ['page=2&q=a%20b', 'page=2&q=a%20b'],
  ['token=abc&page=2', 'token=REDACTED&page=2'],
  [
    'X-Amz-Signature=1&AccessToken=2&api_key=3&sig=4',
    'X-Amz-Signature=REDACTED&AccessToken=REDACTED&api_key=REDACTED&sig=REDACTED',
  ],
  ['to%6ben=abc', 'to%6ben=REDACTED'],
  ['%zz=1&flag&=x', '%zz=1&flag&=x'],
  ['author=x&design=y', 'author=x&design=y'],
])('the query %s is kept as %s', (query, kept) => {
  expect(redactQuery(query)).toBe(kept);
});
