import { messageOf } from '@rookery/common';
import { type Failure } from '../broker/delivery.js';

/** Texts of errors are cut to so many characters: some carry whole responses. */
const LONGEST = 8_192;

/** What is stored of an error. */
export function failureOf(error: unknown, at: number, traceparent: string | undefined): Failure {
  const stack = error instanceof Error ? error.stack?.slice(0, LONGEST) : undefined;
  return {
    at: Math.floor(at),
    name: error instanceof Error ? error.name : typeof error,
    message: messageOf(error).slice(0, LONGEST),
    ...(stack !== undefined && { stack }),
    ...(traceparent !== undefined && { traceparent }),
  };
}
