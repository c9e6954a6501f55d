import { isDeepStrictEqual } from 'node:util';
import { type CircuitBreakerSettings } from '../circuit-breaker/circuit-breaker.options.js';
import { type CircuitBreakerPolicy } from '../circuit-breaker/circuit-breaker.policy.js';
import { PolicyConflictError } from './policy-conflict.error.js';

interface Entry {
  readonly breaker: CircuitBreakerPolicy;
  readonly settings: CircuitBreakerSettings;
  readonly source: string;
}

/** The breakers of an app by name. A name stands for one state, so it can have one set of settings only. */
export class CircuitBreakers {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly create: (name: string, settings: CircuitBreakerSettings) => CircuitBreakerPolicy,
  ) {}

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  find(name: string): CircuitBreakerPolicy | undefined {
    return this.#entries.get(name)?.breaker;
  }

  /** The breaker of this name, made when there is none. Throws when it has other settings. `source` says who asks. */
  share(name: string, settings: CircuitBreakerSettings, source: string): CircuitBreakerPolicy {
    const entry = this.#entries.get(name);
    if (!entry) return this.#add(name, settings, source);
    if (!isDeepStrictEqual(entry.settings, settings))
      throw new PolicyConflictError(name, entry.source, source);
    return entry.breaker;
  }

  /** A breaker for one owner only; the name gets a number when another owner has the same. */
  own(name: string, settings: CircuitBreakerSettings): CircuitBreakerPolicy {
    let free = name;
    for (let number = 2; this.#entries.has(free); number += 1) free = `${name}#${number}`;
    return this.#add(free, settings, name);
  }

  #add(name: string, settings: CircuitBreakerSettings, source: string): CircuitBreakerPolicy {
    const breaker = this.create(name, settings);
    this.#entries.set(name, { breaker, settings, source });
    return breaker;
  }
}
