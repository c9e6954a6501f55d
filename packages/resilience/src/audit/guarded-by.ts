import { type Pipeline } from '../pipeline/pipeline.js';

/** The key under which a client shows the pipeline that its calls go through, so that the audit at boot sees it. */
export const GUARDED_BY = Symbol.for('@rookery/resilience:guarded-by');

/** Something whose calls go through a pipeline. */
export interface GuardedClient {
  readonly [GUARDED_BY]: Pipeline;
}

/** Whether a value shows its pipeline. */
export function isGuardedClient(value: unknown): value is GuardedClient {
  return typeof value === 'object' && value !== null && GUARDED_BY in value;
}
