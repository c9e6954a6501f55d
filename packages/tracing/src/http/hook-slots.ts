/** Continues a request; with an error, ends it. */
export type Done = (error?: Error) => void;

/** What runs at the start of every request. */
export type RequestHook = (request: unknown, response: unknown, done: Done) => unknown;

/** What runs right before a route's handler. */
export type RouteHook = (method: number, path: string) => void;

/** The part of Nest's HTTP adapter that instrumentation uses. */
export interface HookableAdapter {
  setOnRequestHook(hook: RequestHook): void;
  setOnRouteTriggered(hook: RouteHook): void;
  getOnRouteTriggered(): RouteHook | undefined;
}

/**
 * Runs `ours` around the request hook of others. The adapter has one slot and no list, so this one takes it, calls
 * what was in it, and what anybody puts there later.
 */
export function addRequestHook(adapter: HookableAdapter, ours: RequestHook): void {
  const set = adapter.setOnRequestHook.bind(adapter);
  const install = (theirs?: RequestHook) => set(theirs ? nested(adapter, ours, theirs) : ours);
  // There is no getter; Nest's Express adapter keeps the hook in a property of this name.
  const present: unknown = Reflect.get(adapter, 'onRequestHook');
  install(typeof present === 'function' ? (present as RequestHook) : undefined);
  adapter.setOnRequestHook = install;
}

function nested(adapter: HookableAdapter, outer: RequestHook, inner: RequestHook): RequestHook {
  return (request, response, done) =>
    outer(request, response, (error) => (error ? done(error) : inner.call(adapter, request, response, done)));
}

/** Runs `ours` before the route hook of others, also of those who come later. It has to be set before routes exist. */
export function addRouteHook(adapter: HookableAdapter, ours: RouteHook): void {
  const set = adapter.setOnRouteTriggered.bind(adapter);
  const install = (theirs?: RouteHook) =>
    set((method, path) => {
      ours(method, path);
      theirs?.(method, path);
    });
  install(adapter.getOnRouteTriggered());
  adapter.setOnRouteTriggered = install;
}
