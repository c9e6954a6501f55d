import { isDeepStrictEqual } from 'node:util';
import { type CircuitBreakerSettings } from '../circuit-breaker/circuit-breaker.options.js';
import { CircuitBreakerPolicy } from '../circuit-breaker/circuit-breaker.policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { PolicyConflictError } from './policy-conflict.error.js';
import { type BreakerSource } from './stage-set.js';

interface Entry {
  readonly breaker: CircuitBreakerPolicy;
  /** Who uses it; the first one made it. */
  readonly users: string[];
}

/** The breakers of an app by name. A name stands for one state, so it can have one set of settings only. */
export class CircuitBreakers {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly parts: PolicyParts) {}

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  find(name: string): CircuitBreakerPolicy | undefined {
    return this.#entries.get(name)?.breaker;
  }

  /** The breaker of this name, for all that name it. `user` says who asks, for messages. */
  shared(name: string, user: string): BreakerSource {
    return {
      check: (settings) => this.#check(name, settings, user),
      take: (settings) => this.#share(name, settings, user),
      giveBack: () => this.#leave(name, user),
    };
  }

  /** A breaker for one owner only; the name gets a number when another owner has the same. */
  own(name: string): BreakerSource {
    let free = name;
    for (let number = 2; this.#entries.has(free); number += 1) free = `${name}#${number}`;
    return this.shared(free, name);
  }

  #share(name: string, settings: CircuitBreakerSettings, user: string): CircuitBreakerPolicy {
    this.#check(name, settings, user);
    const entry = this.#entries.get(name);
    if (!entry) {
      const breaker = new CircuitBreakerPolicy(name, settings, this.parts);
      this.#entries.set(name, { breaker, users: [user] });
      return breaker;
    }
    entry.users.push(user);
    return entry.breaker;
  }

  /** A name stands for one state, which cannot go by two sets of settings at once. */
  #check(name: string, settings: CircuitBreakerSettings, user: string): void {
    const entry = this.#entries.get(name);
    const [other] = entry?.users.filter((known) => known !== user) ?? [];
    if (!entry || other === undefined || isDeepStrictEqual(entry.breaker.settings, settings)) return;
    throw new PolicyConflictError(name, other, user);
  }

  #leave(name: string, user: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    entry.users.splice(entry.users.indexOf(user), 1);
    if (entry.users.length === 0) this.#entries.delete(name);
  }
}
