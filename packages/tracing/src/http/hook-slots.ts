import { type RequestHookable } from '@rookery/common';

/** What runs right before a route's handler. */
export type RouteHook = (method: number, path: string) => void;

/** The part of Nest's HTTP adapter that instrumentation uses. */
export interface HookableAdapter extends RequestHookable {
  setOnRouteTriggered(hook: RouteHook): void;
  getOnRouteTriggered(): RouteHook | undefined;
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
