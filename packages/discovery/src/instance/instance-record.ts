import { type Check, is, parseJson, required, shape } from '@rookery/common';
import { instanceShape } from './instance-checks.js';
import { type ServiceInstance } from './service-instance.js';

/** What a registry's entry holds where it keeps whose it is, and for how long, beside the record. */
interface InstanceRecord {
  /** The format's version; entries of another one are ignored. */
  readonly v: 1;
  readonly instance: ServiceInstance;
}

const recordShape: Check = shape<InstanceRecord>({
  v: required(is.wholeNumber({ min: 1, max: 1 })),
  instance: required(instanceShape),
});

/** An instance as registries keep it. */
export function writeInstance(instance: ServiceInstance): string {
  return JSON.stringify({ v: 1, instance } satisfies InstanceRecord);
}

/** Who is registered by an entry; `undefined` when it is anything else: anybody who reaches the server can write there. */
export function readInstance(text: string): ServiceInstance | undefined {
  return (parseJson(text, recordShape) as InstanceRecord | undefined)?.instance;
}
