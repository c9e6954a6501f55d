import { type Check, is, parseJson, required, shape } from '@rookery/common';
import { instanceShape, type ServiceInstance } from '@rookery/discovery';

/** What an entry holds. */
export interface LeaseRecord {
  /** The format's version; entries of another one are ignored. */
  readonly v: 1;
  /** Drawn for each registration: tells whose an entry is when an id is registered again. */
  readonly token: string;
  readonly ttlMs: number;
  readonly instance: ServiceInstance;
}

/** An entry that is larger is none of ours, in bytes. The bucket is made so that it takes no larger one. */
export const LARGEST_ENTRY = 65_536;

/** A day, as everywhere. */
const LONGEST_TTL_MS = 86_400_000;

const recordShape: Check = shape<LeaseRecord>({
  v: required(is.wholeNumber({ min: 1, max: 1 })),
  token: required(is.text),
  ttlMs: required(is.numberBetween(1, LONGEST_TTL_MS)),
  instance: required(instanceShape),
});

/** The record in an entry; `undefined` when it is anything else: anybody who reaches the server can write there. */
export function readRecord(value: Uint8Array): LeaseRecord | undefined {
  if (value.length > LARGEST_ENTRY) return undefined;
  return parseJson(new TextDecoder().decode(value), recordShape) as LeaseRecord | undefined;
}
