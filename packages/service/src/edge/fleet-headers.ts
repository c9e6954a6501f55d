/** What Rookery's own headers begin with: how long the caller waits, whether it asks for the load. */
const OURS = 'x-rookery-';

/** The trace that a call belongs to, and what travels with it. A stranger could have it recorded, or fill the collector. */
const TRACE = ['traceparent', 'tracestate', 'baggage'];

/** Tells the headers that only callers from inside may send. */
export function fleetHeader(further: readonly string[] = []): (name: string) => boolean {
  const names = new Set([...TRACE, ...further.map((name) => name.toLowerCase())]);
  return (name) => name.startsWith(OURS) || names.has(name);
}

/** The limits of W3C Baggage (section 3.3.2) and of Trace Context (section 3.3.1.3). */
const LARGEST_BAGGAGE = 8_192;
const MOST_BAGGAGE = 64;
const MOST_STATES = 32;

const PRINTABLE = /^[\t\x20-\x7e]*$/;

/** Whether a header that is passed from call to call has grown beyond what its standard allows, or holds what none may. */
export function isOversized(name: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (name === 'baggage') {
    return value.length > LARGEST_BAGGAGE || members(value) > MOST_BAGGAGE || !PRINTABLE.test(value);
  }
  return name === 'tracestate' && (members(value) > MOST_STATES || !PRINTABLE.test(value));
}

function members(list: string): number {
  let count = 1;
  for (let at = list.indexOf(','); at >= 0; at = list.indexOf(',', at + 1)) count += 1;
  return count;
}
