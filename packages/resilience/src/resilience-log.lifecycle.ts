import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { type CircuitChange } from './events/resilience-event.js';
import { type PolicyRegistry } from './registry/policy-registry.js';

/** Logs when a circuit changes its state, and nothing for a single call. */
export class ResilienceLog implements OnModuleDestroy {
  readonly #logger = new Logger('Resilience');
  readonly #subscription;

  constructor(registry: PolicyRegistry) {
    this.#subscription = registry.circuits$.subscribe((event) => this.#log(event));
  }

  onModuleDestroy(): void {
    this.#subscription.unsubscribe();
  }

  #log(event: CircuitChange): void {
    const { policy } = event;
    if (event.type === 'circuit-opened') {
      const { reason, openForMs } = event;
      this.#logger.warn(`Circuit "${policy}" opened`, { reason, openForMs });
    }
    if (event.type === 'circuit-overridden') {
      const { override, reason, expiresInMs } = event;
      const what = override ? `is ${override} by hand` : 'goes its own way again';
      this.#logger.warn(`Circuit "${policy}" ${what}`, {
        reason,
        ...(expiresInMs !== undefined && { expiresInMs }),
      });
    }
    if (event.type === 'circuit-threshold-exceeded') {
      const { reason } = event;
      this.#logger.warn(`Circuit "${policy}" only measures; it would have opened`, { reason });
    }
    if (event.type === 'circuit-half-open') this.#logger.log(`Circuit "${policy}" is half-open`);
    if (event.type === 'circuit-closed') this.#logger.log(`Circuit "${policy}" closed`);
  }
}
