import { repeat, type Repetition } from '@rookery/common';
import { ServiceView, type ServiceViewParts } from './service-view.js';

/** A list that nobody asked for in this time is no longer kept up to date. */
const IDLE_MS = 10 * 60_000;
const IDLE_CHECK_MS = 60_000;

/** The lists that this process keeps: one for each service that somebody asks for, until nobody does. */
export class ViewCache {
  readonly #views = new Map<string, ServiceView>();
  #reaper: Repetition | undefined;

  constructor(private readonly parts: ServiceViewParts) {}

  /** The list of a service, started when there is none. */
  open(service: string): ServiceView {
    let view = this.#views.get(service);
    if (!view) {
      view = new ServiceView(service, this.parts);
      this.#views.set(service, view);
      this.#reaper ??= repeat(
        this.parts.clock,
        IDLE_CHECK_MS,
        () => this.#reap(),
        () => {},
      );
    }
    return view;
  }

  /** The list of a service when it is kept already. */
  peek(service: string): ServiceView | undefined {
    return this.#views.get(service);
  }

  all(): ServiceView[] {
    return [...this.#views.values()];
  }

  async close(): Promise<void> {
    await this.#reaper?.stop();
    await Promise.all(this.all().map((view) => view.close()));
    this.#views.clear();
  }

  async #reap(): Promise<void> {
    const idle = this.all().filter((view) => view.idleMs > IDLE_MS);
    for (const view of idle) this.#views.delete(view.service);
    await Promise.all(idle.map((view) => view.close()));
  }
}
