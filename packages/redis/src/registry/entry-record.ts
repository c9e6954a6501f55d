import { type Check, is, required, shape } from '@rookery/common';
import { instanceShape, type ServiceInstance } from '@rookery/discovery';

/** An instance, and for how long it is registered without a sign of life. */
export interface Registered {
  readonly instance: ServiceInstance;
  readonly ttlMs: number;
}

/** What an entry holds beside its owner's token. */
interface EntryRecord extends Registered {
  /** The format's version; entries of another one are ignored. */
  readonly v: 1;
}

/** A day, as everywhere. */
const LONGEST_TTL_MS = 86_400_000;

const recordShape: Check = shape<EntryRecord>({
  v: required(is.wholeNumber({ min: 1, max: 1 })),
  ttlMs: required(is.numberBetween(1, LONGEST_TTL_MS)),
  instance: required(instanceShape),
});

export function writeRecord(instance: ServiceInstance, ttlMs: number): string {
  return JSON.stringify({ v: 1, ttlMs, instance } satisfies EntryRecord);
}

/** Who is registered by an entry; `undefined` when it is anything else: anybody who reaches the server can write there. */
export function readRecord(text: string): Registered | undefined {
  const problems: string[] = [];
  try {
    const value: unknown = JSON.parse(text);
    recordShape(value, '', problems);
    return problems.length === 0 ? (value as EntryRecord) : undefined;
  } catch {
    return undefined;
  }
}
