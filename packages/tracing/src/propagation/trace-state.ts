import { type TraceState } from '@opentelemetry/api';

const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MOST_MEMBERS = 32;
const LONGEST = 512;
const LONG_MEMBER = 128;

/**
 * The `tracestate` header: what other tracing systems carry along, newest first. Immutable.
 * W3C Trace Context Level 2, section 3.3, https://www.w3.org/TR/trace-context-2/
 */
export class W3CTraceState implements TraceState {
  private constructor(private readonly members: ReadonlyMap<string, string>) {}

  /** Reads the header; `undefined` when any of it is malformed, because then all of it must be discarded. */
  static parse(header: string): W3CTraceState | undefined {
    const members = new Map<string, string>();
    for (const member of header.split(',').map(trimmed).filter(Boolean)) {
      const [key = '', value = '', ...more] = member.split('=');
      if (more.length > 0 || !KEY.test(key) || !VALUE.test(value)) return undefined;
      if (!members.has(key)) members.set(key, value);
    }
    return members.size > 0 && members.size <= MOST_MEMBERS ? new W3CTraceState(members) : undefined;
  }

  get(key: string): string | undefined {
    return this.members.get(key);
  }

  /** With the member in front. The same state when the key or value may not be sent. */
  set(key: string, value: string): W3CTraceState {
    if (!KEY.test(key) || !VALUE.test(value)) return this;
    const others = [...this.members].filter(([other]) => other !== key);
    return new W3CTraceState(new Map([[key, value] as const, ...others.slice(0, MOST_MEMBERS - 1)]));
  }

  unset(key: string): W3CTraceState {
    return new W3CTraceState(new Map([...this.members].filter(([other]) => other !== key)));
  }

  /** The header. What does not fit into 512 characters is dropped: first long members, then the oldest. */
  serialize(): string {
    let members = [...this.members].map(([key, value]) => `${key}=${value}`);
    const isTooLong = () => members.join(',').length > LONGEST;
    if (isTooLong()) members = members.filter((member) => member.length <= LONG_MEMBER);
    while (isTooLong()) members.pop();
    return members.join(',');
  }
}

function trimmed(member: string): string {
  // A value may begin with a space; what ends one may not, so only the white space around a member goes.
  return member.replace(/^[ \t]+|[ \t]+$/g, '');
}
