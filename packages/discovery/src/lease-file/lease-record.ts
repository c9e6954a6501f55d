import { type Check, is, parseJson, type ProcessIdentity, required, shape } from '@rookery/common';
import { instanceShape } from '../instance/instance-checks.js';
import { type ServiceInstance } from '../instance/service-instance.js';

/** What a lease file holds. */
export interface LeaseRecord {
  /** The format's version; files of another one are ignored. */
  readonly v: 1;
  /** Drawn for each registration: tells whose lease a file is when an id is registered again. */
  readonly token: string;
  /** Grows with every renewal. */
  readonly seq: number;
  readonly ttlMs: number;
  /** When it was last written, in milliseconds since the epoch. */
  readonly renewedAt: number;
  readonly owner: ProcessIdentity;
  readonly instance: ServiceInstance;
}

/** A file that is larger is no lease: reading it could fill the memory. */
export const MAX_LEASE_BYTES = 65_536;

const text: Check = (value, path, problems) => {
  if (typeof value !== 'string') problems.push(`${path}: not a text`);
};

const recordShape: Check = shape<LeaseRecord>({
  v: required(is.wholeNumber({ min: 1, max: 1 })),
  token: required(is.text),
  seq: required(is.wholeNumber()),
  ttlMs: required(is.numberBetween(1, 86_400_000)),
  renewedAt: required(is.numberBetween(0, Number.MAX_SAFE_INTEGER)),
  owner: required(
    shape<ProcessIdentity>({
      realm: required(text),
      pid: required(is.wholeNumber({ min: 1 })),
      started: required(text),
    }),
  ),
  instance: required(instanceShape),
});

/** The record in a file's text; `undefined` when it is anything else, such as half a file or a later version. */
export function parseLease(content: string): LeaseRecord | undefined {
  return parseJson(content, recordShape) as LeaseRecord | undefined;
}

/** Whether two records are the same writing of the same lease. */
export function sameWriting(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.token === b.token && a.seq === b.seq;
}
