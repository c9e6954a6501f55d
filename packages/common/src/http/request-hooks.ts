import { runInFreshContext } from '../context/call-context.js';

/** Continues a request; with an error, ends it. */
export type Done = (error?: Error) => void;

/** What runs at the start of every request. One that never calls `done` has answered the request itself. */
export type RequestHook = (request: unknown, response: unknown, done: Done) => unknown;

/** The part of Nest's HTTP adapter that hooks go into. */
export interface RequestHookable {
  setOnRequestHook(hook: RequestHook): void;
}

/**
 * What our hooks do, in the order in which they run, each around the next: `edge` takes away what a stranger must not
 * say, `trace` begins the span, `limit` sets until when the answer is wanted.
 */
export type RequestPhase = 'edge' | 'trace' | 'limit';

const PHASES: readonly RequestPhase[] = ['edge', 'trace', 'limit'];

const SLOT = Symbol.for('@rookery/common:request-hooks');

/**
 * Runs `ours` around the request hook of others. The adapter has one slot and no list, so the first of our hooks takes it,
 * and calls what was in it and what anybody puts there later.
 */
export function addRequestHook(adapter: RequestHookable, phase: RequestPhase, ours: RequestHook): void {
  const holder = adapter as RequestHookable & { [SLOT]?: Slot };
  const slot = (holder[SLOT] ??= new Slot(adapter));
  slot.add(phase, ours);
}

const LAST: RequestHook = (_request, _response, done) => done();

/** The one slot of an adapter, with room for all. */
class Slot {
  readonly #ours: Partial<Record<RequestPhase, RequestHook>> = {};
  #theirs: RequestHook | undefined;
  #all = LAST;

  constructor(private readonly adapter: RequestHookable) {
    // There is no getter; Nest's Express adapter keeps the hook in a property of this name.
    const present: unknown = Reflect.get(adapter, 'onRequestHook');
    this.#theirs = typeof present === 'function' ? (present as RequestHook) : undefined;
    // Fresh, because a deadline or span around `listen()` or an earlier request of the connection is none of this one's.
    adapter.setOnRequestHook((request, response, done) =>
      runInFreshContext({}, () => this.#all(request, response, done)),
    );
    adapter.setOnRequestHook = (hook) => {
      this.#theirs = hook;
      this.#compose();
    };
  }

  add(phase: RequestPhase, hook: RequestHook): void {
    this.#ours[phase] = hook;
    this.#compose();
  }

  #compose(): void {
    const hooks = [...PHASES.map((phase) => this.#ours[phase]), this.#theirs?.bind(this.adapter)];
    this.#all = hooks
      .filter((hook) => hook !== undefined)
      .reduceRight((inner, outer) => around(outer, inner), LAST);
  }
}

function around(outer: RequestHook, inner: RequestHook): RequestHook {
  return (request, response, done) =>
    outer(request, response, (error) => (error ? done(error) : inner(request, response, done)));
}
