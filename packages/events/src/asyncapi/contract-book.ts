import { type ConsumerSpec } from '../broker/consumer-spec.js';
import { type EventContract } from '../contract/event-contract.js';

/** A contract, and who does what with it. */
export interface ContractUse {
  readonly contract: EventContract;
  readonly action: 'send' | 'receive';
  /** Unique within the app. */
  readonly name: string;
}

/** The contracts of one app: what it says that it publishes, and what its handlers ask for. */
export class ContractBook {
  readonly #uses = new Map<string, ContractUse>();

  constructor(publishes: readonly EventContract[]) {
    for (const contract of publishes)
      this.#note({ contract, action: 'send', name: `publish.${contract.type}.v${contract.version}` });
  }

  /** Notes the contracts of a handler. */
  handled({ group, handler }: ConsumerSpec, contracts: readonly EventContract[]): void {
    for (const contract of contracts)
      this.#note({ contract, action: 'receive', name: `handle.${contract.type}.${group}.${handler}` });
  }

  all(): readonly ContractUse[] {
    return [...this.#uses.values()];
  }

  #note(use: ContractUse): void {
    this.#uses.set(use.name, use);
  }
}
