import { atPlaces, fitForeign, type Schema } from '@rookery/common';
import { type RookeryEvent } from '../event/rookery-event.js';
import { type EventContract } from './event-contract.js';
import { EventMismatchError } from './event-mismatch.error.js';

/** The event as the contract's version has it. Rejects with an `EventMismatchError`. */
export async function readEvent(event: RookeryEvent, contract: EventContract): Promise<RookeryEvent> {
  const data = await upcast(event, contract);
  return fitting({ ...event, data, version: String(contract.version) }, contract.schema, event.version);
}

/** The event with what the schema makes of its data. Rejects with an `EventMismatchError`. */
export async function fitting(
  event: RookeryEvent,
  schema: Schema,
  writtenIn = event.version,
): Promise<RookeryEvent> {
  const { issues, ...fit } = await fitForeign(schema, event.data);
  if (!issues) return Object.freeze({ ...event, data: 'value' in fit ? fit.value : undefined });
  const problem = `its data does not fit the schema${atPlaces(issues)}.`;
  throw new EventMismatchError(event.type, writtenIn, problem, issues);
}

/** The data, brought from the version in which it was written to that of the contract. */
async function upcast(
  { type, version: written, data }: RookeryEvent,
  contract: EventContract,
): Promise<unknown> {
  const { version, upcasters } = contract;
  const refuse: (problem: string, options?: ErrorOptions) => never = (problem, options) => {
    throw new EventMismatchError(type, written, problem, [], options);
  };
  if (!/^[1-9]\d{0,8}$/.test(written)) refuse('its version is no whole number from 1.');
  let at = Number(written);
  if (at > version) {
    refuse(
      `it is newer than version ${version}, which its handler knows. Deploy the newer handler, then replay it.`,
    );
  }
  let current = data;
  for (; at < version; at += 1) {
    const next = upcasters[at];
    if (!next) refuse(`nothing brings it to version ${version}. Give the contract an upcaster for ${at}.`);
    try {
      current = await next(current as never);
    } catch (error) {
      // What it says may quote the data.
      refuse(`the upcaster from version ${at} failed.`, { cause: error });
    }
  }
  return current;
}
