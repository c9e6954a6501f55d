/** The media type of a problem (RFC 9457, section 3). */
export const PROBLEM_JSON = 'application/problem+json';

/** The kind of a problem of which nothing is known but its status (RFC 9457, section 4.2.1). */
export const BLANK_TYPE = 'about:blank';

/** Why a request failed, in the form of RFC 9457, which Spring, ASP.NET and many others speak as well. */
export interface ProblemDetails {
  /** A URI that names the kind of problem. */
  readonly type: string;
  /** The kind in words. */
  readonly title?: string;
  /** The status that the sender meant; the answer's own is what counts. */
  readonly status?: number;
  /** This one problem in words. */
  readonly detail?: string;
  /** A URI that names this one problem. */
  readonly instance?: string;
  /** Whatever else the sender says. It has no prototype, so that no key of it can mean anything. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** The names that the standard gives a meaning; all others are members of a kind. */
export const STANDARD_NAMES: readonly string[] = ['type', 'title', 'status', 'detail', 'instance'];

/**
 * The problem that an answer tells, or `undefined` when it is none. A part of a wrong type counts as left out (3.1).
 *
 * @param body The decoded body.
 */
export function problemIn(contentType: string, body: unknown): ProblemDetails | undefined {
  return isProblemJson(contentType) && isObject(body) ? problemFrom(body) : undefined;
}

function problemFrom(value: Readonly<Record<string, unknown>>): ProblemDetails {
  const { type, title, status, detail, instance } = value;
  return {
    type: typeof type === 'string' && type !== '' ? type : BLANK_TYPE,
    ...(typeof title === 'string' && { title }),
    ...(typeof status === 'number' && { status }),
    ...(typeof detail === 'string' && { detail }),
    ...(typeof instance === 'string' && { instance }),
    members: membersOf(value),
  };
}

function membersOf(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const members = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value)) {
    if (!STANDARD_NAMES.includes(name)) members[name] = member;
  }
  return members;
}

function isProblemJson(contentType: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === PROBLEM_JSON;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
