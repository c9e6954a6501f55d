import { OptionsError } from '@rookery/common';
import { type EventPattern } from '../event/pattern.js';
import { type HandlerSpec } from '../pipeline/handler-spec.js';
import { type EventContract } from './event-contract.js';
import { readEvent } from './read-event.js';

/** What a handler may ask for: the events of a pattern, or those of a contract. */
export type Wanted = EventPattern | EventContract;

export function patternOf(wanted: Wanted): EventPattern {
  return isContract(wanted) ? wanted.type : wanted;
}

/**
 * How the events of one handler are read: those that have a contract, by it. Throws an `OptionsError` when two contracts speak of
 * one type.
 */
export function readerOf(where: string, all: readonly Wanted[]): HandlerSpec['read'] {
  const contracts = new Map<string, EventContract>();
  for (const contract of contractsIn(all)) {
    const { type, version } = contract;
    const other = contracts.get(type);
    if (other && other !== contract)
      throw new OptionsError(where, [
        `${type} has two contracts, of the versions ${other.version} and ${version}. Keep the newer one: it takes older events by its upcasters.`,
      ]);
    contracts.set(type, contract);
  }
  if (contracts.size === 0) return undefined;
  return async (event) => {
    const contract = contracts.get(event.type);
    return contract ? readEvent(event, contract) : event;
  };
}

export function contractsIn(all: readonly Wanted[]): EventContract[] {
  return all.filter(isContract);
}

function isContract(wanted: Wanted): wanted is EventContract {
  return typeof wanted === 'object' && wanted !== null;
}
