import { RookeryError } from '@rookery/common';

/** A text that no peer may ever see. */
export const INSIDE = 'pool of 10.0.0.7 refused the password';

/** An error as the suite's own: a status, a code, and how long to wait. */
export class BusyError extends RookeryError {
  readonly code = 'BUSY';

  constructor(
    override readonly status: number | undefined = 503,
    readonly retryAfterMs?: number,
  ) {
    super(INSIDE);
  }
}

/** An error that says nothing to a peer. */
export class StatuslessError extends RookeryError {
  readonly code = 'STATUSLESS';

  constructor() {
    super(INSIDE);
  }
}

/** An error of a second installed copy of the suite: another class, the same brand. */
export function foreignError(): Error {
  const brand = { [Symbol.for('@rookery/error')]: true };
  return Object.assign(new Error(INSIDE), brand, { code: 'FOREIGN', status: 504, responseStatus: 504 });
}

const ERRORS = new Map<string, () => Error>(
  Object.entries({
    busy: () => new BusyError(503, 1_500.2),
    soon: () => new BusyError(503, 0),
    unsure: () => new BusyError(503, Number.NaN),
    never: () => new BusyError(503, Number.POSITIVE_INFINITY),
    silent: () => new BusyError(503),
    limited: () => new BusyError(429, 20),
    late: () => new BusyError(504),
    gateway: () => new BusyError(502, 2_000),
    wrong: () => new BusyError(400, -5),
    gone: () => new BusyError(410),
    odd: () => new BusyError(499),
    fine: () => new BusyError(200),
    beyond: () => new BusyError(600),
    statusless: () => new StatuslessError(),
    foreign: foreignError,
  }),
);

/** The error that a test asks for by name; there is one for each kind of advice that an error can give. */
export function errorNamed(name: string): Error {
  const create = ERRORS.get(name);
  if (!create) throw new TypeError(`no error "${name}" in this test`);
  return create();
}
