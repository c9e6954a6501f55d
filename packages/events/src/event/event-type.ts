import { check, type Check } from '@rookery/common';
import { InvalidEventError } from './invalid-event.error.js';

/** Starts the types that Rookery keeps for itself, such as those of queues. A leading wildcard does not match them. */
export const RESERVED_PREFIX = '$';

const TOKENS = /^[^\s.*>\p{Cc}]+(?:\.[^\s.*>\p{Cc}]+)*$/u;
const LONGEST = 255;

/** What an event type may look like, for messages. */
const EVENT_TYPE_RULE = `dot-separated words of up to ${LONGEST} characters together, without spaces, control characters, "*" or ">", such as "user.created"`;

/** Throws an `InvalidEventError` when the type cannot be published. */
export function assertPublishable(type: string): void {
  if (!isPublishable(type)) {
    throw new InvalidEventError(`type: Invalid value ${JSON.stringify(type)}. Use ${EVENT_TYPE_RULE}.`);
  }
}

/** Whether the text is dot-separated words without wildcards. */
export function isEventType(type: unknown): type is string {
  return typeof type === 'string' && type.length <= LONGEST && TOKENS.test(type);
}

function isPublishable(type: unknown): boolean {
  return isEventType(type) && !type.startsWith(RESERVED_PREFIX);
}

/** A queue's name: one or more words as in an event type. */
export const queueName: Check = check(isPublishable, EVENT_TYPE_RULE);
