/** Bit 0: the caller records this trace. */
export const SAMPLED = 0b01;
/** Bit 1: the last 7 bytes of the trace id are random. Level 2 of the specification. */
export const RANDOM = 0b10;

/** What a `traceparent` header says. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  /** The bits that level 2 defines; others are left out. */
  readonly flags: number;
}

const FORMAT = /^[ \t]*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?[ \t]*$/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/**
 * Reads a `traceparent` header; `undefined` when it must be ignored: upper case, version ff, an id of zeros, anything
 * behind a version 00. A later version is read as far as version 00 goes.
 * W3C Trace Context Level 2, section 3.2, https://www.w3.org/TR/trace-context-2/
 */
export function parseTraceParent(header: string): TraceParent | undefined {
  const [, version, traceId, spanId, flags, more] = FORMAT.exec(header) ?? [];
  if (!traceId || !spanId || !flags || traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId, flags: parseInt(flags, 16) & (SAMPLED | RANDOM) };
}

/** Writes a `traceparent` header of version 00, with the bits that level 2 defines. */
export function formatTraceParent({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-0${flags & (SAMPLED | RANDOM)}`;
}
