import { isRookeryError, messageOf } from '@rookery/common';
import { type MeshLog } from './mesh-log.js';

/** A call that ended. */
export interface EndedCall {
  readonly service: string;
  readonly method: string;
  readonly durationMs: number;
}

/** Says that a call succeeded. */
export function logSuccess(log: MeshLog, call: EndedCall): void {
  log.debug('Mesh call succeeded', { ...rounded(call), outcome: 'success' });
}

/** Says why a call has no result. That its own caller left is nobody's failure. */
export function logFailure(log: MeshLog, call: EndedCall, error: unknown, caller?: AbortSignal): void {
  if (caller?.aborted && !isRookeryError(error)) {
    log.debug('Mesh call aborted', { ...rounded(call), outcome: 'aborted' });
    return;
  }
  log.warn('Mesh call failed', { ...rounded(call), outcome: 'failure', ...factsOf(error) });
}

function factsOf(error: unknown): Record<string, unknown> {
  if (!isRookeryError(error)) return { error: messageOf(error) };
  return {
    code: error.code,
    ...(error.status !== undefined && { status: error.status }),
    error: error.message,
  };
}

function rounded({ service, method, durationMs }: EndedCall): EndedCall {
  return { service, method, durationMs: Math.round(durationMs * 10) / 10 };
}
