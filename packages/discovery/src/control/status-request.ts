import { check, type Check, is, required, shape } from '@rookery/common';
import { instanceShape } from '../instance/instance-checks.js';
import { type InstanceStatus, type ServiceInstance } from '../instance/service-instance.js';
import { controlEntry, wordsOf } from './control-entry.js';
import { CONTROL_VERSION } from './control-service.js';

/** A wish about the status of one instance, as the instance reads it. */
export interface StatusRequest {
  readonly id: string;
  readonly status: InstanceStatus;
  /** Who says to have asked. Nobody has checked it. */
  readonly by: string;
  /** In milliseconds since the epoch, by the asker's clock. */
  readonly askedAt: number;
}

/** The words of a request's entry. */
interface Words {
  readonly kind: 'request';
  readonly service: string;
  readonly instance: string;
  /** When the instance started: a process that has come back under the same id is another one. */
  readonly startedAt: string;
  readonly status: InstanceStatus;
  readonly by: string;
}

/** It stands in the log of the one that is asked. */
export const byCheck: Check = check(
  (value) => typeof value === 'string' && /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u.test(value),
  'a text of 1 to 128 letters, digits, signs and blanks',
);

const wordsShape = shape<Words>({
  kind: is.text,
  service: is.text,
  instance: is.text,
  startedAt: is.text,
  status: required(is.oneOf('up', 'draining')),
  by: required(byCheck),
});

/** The entry that asks an instance to change its status. */
export function requestEntry(
  target: ServiceInstance,
  { id, status, by, askedAt }: StatusRequest,
): ServiceInstance {
  const { service, id: instance, startedAt } = target;
  const words: Words = { kind: 'request', service, instance, startedAt: `${startedAt}`, status, by };
  return controlEntry(id, { ...words }, askedAt);
}

/**
 * The request in an entry. `undefined` when there is none for this instance; a text that says what is wrong when there
 * is one that cannot be followed. What is for others is theirs to judge.
 */
export function readRequest(
  entry: ServiceInstance,
  self: ServiceInstance,
): StatusRequest | string | undefined {
  const words = wordsOf(entry);
  if (words?.['kind'] !== 'request' || !names(words, self)) return undefined;
  if (entry.version !== CONTROL_VERSION) return `Its version is not ${CONTROL_VERSION}.`;
  const problems: string[] = [];
  required(instanceShape)(entry, '', problems);
  wordsShape(words, 'metadata', problems);
  if (problems.length > 0) return problems.join(' ');
  const { status, by } = words as unknown as Words;
  return { id: entry.id, status, by, askedAt: entry.startedAt };
}

function names(
  words: Readonly<Record<string, unknown>>,
  { service, id, startedAt }: ServiceInstance,
): boolean {
  return words['service'] === service && words['instance'] === id && words['startedAt'] === `${startedAt}`;
}
