import { isRookeryError, RookeryError } from '../errors/rookery.error.js';
import { type ProblemDefinition } from './problem-definition.js';
import { type ProblemDetails } from './problem-details.js';

/** What is special about one problem beside its members. */
export interface ProblemFacts {
  /** This one problem in words. The caller gets it, so it holds nothing of the app's inside. */
  detail?: string;
  /** A URI that names this one problem, such as `/orders/7/problems/1`. */
  instance?: string;
  /** When another try makes sense, in milliseconds. It goes into `Retry-After`. */
  retryAfterMs?: number;
  /** What led to it. It stays here. */
  cause?: unknown;
}

/** What is known of a problem that came from another service. */
export interface Receipt {
  /** What was asked, such as `GET user-service/users/:id`. */
  readonly request: string;
  /** The status that came with it. */
  readonly status: number;
}

/**
 * An error that survives the wire: thrown by a handler it is answered as `application/problem+json`, and the calling
 * client throws it again as the same class. Make a class of your own by extending `ProblemType({ ... })`.
 */
export class ProblemError<Members extends object = object> extends RookeryError {
  readonly code: string;
  override readonly status: number;
  /** The URI of its kind. */
  readonly type: string;
  readonly title: string;
  readonly members: Members;
  readonly detail?: string;
  readonly instance?: string;
  readonly retryAfterMs?: number;
  /** What was asked of the service that it came from, such as `GET user-service/users/:id`. Unset: it was made here. */
  readonly request?: string;

  /** @param receipt Where it came from; see `received`. */
  constructor(members: Members, facts: ProblemFacts = {}, receipt?: Receipt) {
    const { type, code, title, status } = definitionOf(new.target);
    const { detail, instance, retryAfterMs } = facts;
    // What another service says is not part of the message, as it may hold secrets.
    super(
      receipt ? `${receipt.request}: ${title}` : [title, detail].filter(Boolean).join(': '),
      facts.cause === undefined ? {} : { cause: facts.cause },
    );
    this.code = code;
    this.status = receipt?.status ?? status;
    this.type = type;
    this.title = title;
    this.members = members;
    if (detail !== undefined) this.detail = detail;
    if (instance !== undefined) this.instance = instance;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
    if (receipt) this.request = receipt.request;
  }

  /** One that came from a service behind us is no problem in the request of our own caller. Throw one anew to say it is. */
  override get responseStatus(): number {
    return this.request === undefined ? this.status : 502;
  }

  /** The body of the answer: never a stack, a cause, or anything else that is not said on purpose. */
  toProblem(): Omit<ProblemDetails, 'members'> & Readonly<Record<string, unknown>> {
    const { members, type, title, status, detail, instance } = this;
    return {
      ...members,
      type,
      title,
      status,
      ...(detail !== undefined && { detail }),
      ...(instance !== undefined && { instance }),
    };
  }
}

/** Whether an error is a problem, also of a second installed copy of the package. */
export function isProblem(error: unknown): error is ProblemError {
  return isRookeryError(error) && typeof (error as Partial<ProblemError>).toProblem === 'function';
}

function definitionOf(kind: unknown): ProblemDefinition {
  const { problem } = kind as { readonly problem?: ProblemDefinition };
  if (problem) return problem;
  throw new TypeError('A ProblemError has no kind. Extend ProblemType({ type, code, title, status }).');
}
