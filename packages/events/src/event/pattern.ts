import { check, type Check } from '@rookery/common';
import { isEventType, RESERVED_PREFIX } from './event-type.js';

/**
 * A set of event types, written as in NATS subjects: `*` stands for one word, `>` at the end for one or more.
 * As in MQTT 5.0, 4.7.2, a wildcard in first place leaves out the types that start with `$`.
 */
export type EventPattern = string;

/** What a pattern may look like. */
export const eventPattern: Check = check(
  isEventPattern,
  'an event type such as "user.created", with "*" for one word or ">" at the end for all that follow',
);

export function isEventPattern(pattern: unknown): pattern is EventPattern {
  if (typeof pattern !== 'string') return false;
  const plain = pattern.replace(/(?<=^|\.)(?:\*(?=\.|$)|>$)/g, 'x');
  return isEventType(plain);
}

/** Whether the pattern stands for the type. One pass over the words; nothing to backtrack into. */
export function matchesPattern(pattern: EventPattern, type: string): boolean {
  const wanted = pattern.split('.');
  const words = type.split('.');
  if (type.startsWith(RESERVED_PREFIX) && !pattern.startsWith(RESERVED_PREFIX)) return false;
  for (const [at, token] of wanted.entries()) {
    if (at >= words.length) return false;
    if (token === '>') return true;
    if (token !== '*' && token !== words[at]) return false;
  }
  return wanted.length === words.length;
}
