import { type Check, is, required, shape } from '@rookery/common';
import { instanceShape, type ServiceInstance } from '@rookery/discovery';

/** What an entry holds beside its owner's token. */
interface EntryRecord {
  /** The format's version; entries of another one are ignored. */
  readonly v: 1;
  readonly instance: ServiceInstance;
}

const recordShape: Check = shape<EntryRecord>({
  v: required(is.wholeNumber({ min: 1, max: 1 })),
  instance: required(instanceShape),
});

export function writeRecord(instance: ServiceInstance): string {
  return JSON.stringify({ v: 1, instance } satisfies EntryRecord);
}

/** The instance in an entry; `undefined` when it is anything else: anybody who reaches the server can write there. */
export function readRecord(text: string): ServiceInstance | undefined {
  const problems: string[] = [];
  try {
    const value: unknown = JSON.parse(text);
    recordShape(value, '', problems);
    return problems.length === 0 ? (value as EntryRecord | undefined)?.instance : undefined;
  } catch {
    return undefined;
  }
}
