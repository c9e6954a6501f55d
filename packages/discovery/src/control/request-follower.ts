import { type Backoff, createBackoff, runInFreshContext, sleep } from '@rookery/common';
import { type InstanceStatus, type ServiceInstance } from '../instance/service-instance.js';
import { askRegistry } from '../registry/ask-registry.js';
import { type Registration } from '../registry/registration.js';
import { controlEntries } from './control-entries.js';
import { CONTROL_SERVICE } from './control-service.js';
import { type ControlParts, post } from './post.js';
import { answerEntry } from './status-answer.js';
import { readRequest, type StatusRequest } from './status-request.js';

/** What following requests needs. */
export interface RequestFollowerParts extends ControlParts {
  /** Takes a wish over. Called once for each request, in the order in which they were made. */
  readonly comply: (request: StatusRequest) => void;
  /** Tells the registry the status. Returns the one that it has now; rejects when it cannot be told. */
  readonly tell: () => Promise<InstanceStatus>;
  /** Called for the first request that cannot be followed, with what is wrong: a flood must not flood the log. */
  readonly onRefused: (problem: string) => void;
}

/** Nobody asks one instance this often at a time; more would make it busy with answering. */
const MOST_REQUESTS = 100;

const READ_TIMEOUT_MS = 5_000;

/** Between two attempts to tell the registry the status. Whoever asks waits seconds. */
const TELL_AGAIN = { jitter: 'equal', maxDelay: '800ms' } as const;

/** A watch may take this long to end: a registry that hangs must not stop the app from stopping. */
const STOP_TIMEOUT_MS = 2_000;

/**
 * The side of the one that is asked: finds the requests for one instance in the registry, follows each once, and answers
 * as soon as the registry has its status.
 * Only the owner of an entry may change it, so whoever wants it changed can only ask.
 */
export class RequestFollower {
  readonly #stop = new AbortController();
  /** The requests that were followed and are still there, with their answers. */
  readonly #followed = new Map<string, Registration | undefined>();
  #refused = false;
  #stopped: Promise<void> | undefined;
  readonly #pause: Backoff;
  readonly #ended: Promise<void>;

  constructor(
    private readonly self: ServiceInstance,
    private readonly parts: RequestFollowerParts,
  ) {
    this.#pause = createBackoff(TELL_AGAIN, parts.random);
    this.#ended = runInFreshContext({}, () => this.#follow());
  }

  /** Follows no more requests, and takes the answers back. Resolves in bounded time. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    this.#stop.abort(new Error('Requests are not followed any more.'));
    const { clock } = this.parts;
    const ended = askRegistry(clock, STOP_TIMEOUT_MS, 'ending a watch', () => this.#ended).catch(() => {});
    await Promise.all([ended, ...[...this.#followed.values()].map((answer) => answer?.leave())]);
  }

  async #follow(): Promise<void> {
    for await (const entries of controlEntries(this.parts, this.#stop.signal)) await this.#take(entries);
  }

  async #take(entries: readonly ServiceInstance[]): Promise<void> {
    const requests = this.#requestsIn(entries);
    this.#forget(requests);
    if (requests.every(({ id }) => this.#followed.has(id))) return;
    const followed = (await this.#present()).filter((request) => this.#comply(request));
    // Not waited for: what is asked next may be asked by somebody who has thought better of it.
    for (const { id } of followed) void this.#answer(id);
  }

  /**
   * The requests that the registry has now. A watch may be late, such as that of a process that was stopped: what its
   * asker has taken back by then is not done.
   */
  async #present(): Promise<StatusRequest[]> {
    const { backend, clock } = this.parts;
    const read = (signal: AbortSignal) => backend.list(CONTROL_SERVICE, signal);
    try {
      const { signal } = this.#stop;
      const { instances } = await askRegistry(clock, READ_TIMEOUT_MS, 'reading requests', read, signal);
      return this.#requestsIn(instances);
    } catch {
      // The registry is lost. What is still asked for when it is back, the watch tells again.
      return [];
    }
  }

  /** Returns whether the request is a new one that is followed. */
  #comply(request: StatusRequest): boolean {
    if (this.#stop.signal.aborted || this.#followed.has(request.id)) return false;
    if (this.#followed.size >= MOST_REQUESTS) {
      this.#refuse(`There are more than ${MOST_REQUESTS}.`);
      return false;
    }
    this.#followed.set(request.id, undefined);
    this.parts.comply(request);
    return true;
  }

  /** Answers as soon as the registry has been told, for as long as somebody asks. */
  async #answer(requestId: string): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.#stop;
    for (let attempt = 1; this.#awaits(requestId); attempt += 1) {
      try {
        const status = await this.parts.tell();
        if (!this.#awaits(requestId)) return;
        const answer = answerEntry(requestId, status, clock.now());
        this.#followed.set(requestId, post(answer, this.parts));
        return;
      } catch {
        // The registry cannot be told now, so there is nothing to answer yet.
        await sleep(clock, this.#pause(attempt), signal, { background: true }).catch(() => {});
      }
    }
  }

  #awaits(requestId: string): boolean {
    return !this.#stop.signal.aborted && this.#followed.has(requestId);
  }

  #requestsIn(entries: readonly ServiceInstance[]): StatusRequest[] {
    const requests: StatusRequest[] = [];
    for (const entry of entries) {
      const request = readRequest(entry, this.self);
      if (typeof request === 'string') this.#refuse(request);
      else if (request) requests.push(request);
    }
    // Of several wishes the last one counts.
    return requests.sort((a, b) => a.askedAt - b.askedAt);
  }

  /** An answer is there for as long as its request. */
  #forget(requests: readonly StatusRequest[]): void {
    const present = new Set(requests.map(({ id }) => id));
    for (const [id, answer] of this.#followed) {
      if (present.has(id)) continue;
      this.#followed.delete(id);
      void answer?.leave();
    }
  }

  #refuse(problem: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.parts.onRefused(problem);
  }
}
