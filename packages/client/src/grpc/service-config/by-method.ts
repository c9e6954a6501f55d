import { type MethodName } from './service-config.js';

/** What is said about methods: about one itself, or else about its service, or else about all (doc/service_config.md). */
export class ByMethod<T> {
  readonly #byName = new Map<string, T>();

  constructor(entries: Iterable<readonly [names: readonly MethodName[], said: T]>) {
    for (const [names, said] of entries) {
      for (const { service = '', method = '' } of names) this.#byName.set(`${service}/${method}`, said);
    }
  }

  /** @param service With its package. */
  of(service: string, method: string): T | undefined {
    const byName = this.#byName;
    return byName.get(`${service}/${method}`) ?? byName.get(`${service}/`) ?? byName.get('/');
  }
}
