import { type Clock, sleep } from '@rookery/common';
import { type MeshLog } from '../client/mesh-log.js';
import { MeshNotReadyError } from '../errors/mesh-not-ready.error.js';
import { type Probe } from './probe.js';

/** What is waited for, and how long. */
export interface Readiness {
  readonly url: string;
  readonly timeoutMs: number;
}

/** What waiting needs. */
export interface WaitingParts {
  readonly clock: Clock;
  readonly probe: Probe;
  readonly log: MeshLog;
}

/** The pause between two questions, in milliseconds. */
const PAUSE_MS = 200;

/** How long one question may take, in milliseconds. */
const PROBE_LIMIT_MS = 1_000;

/**
 * Resolves when the sidecar answers its readiness URL with a 2xx status: an app that starts earlier loses its first
 * calls. Rejects with a `MeshNotReadyError` when that takes too long.
 */
export async function waitForSidecar(readiness: Readiness, parts: WaitingParts): Promise<void> {
  const { url, timeoutMs } = readiness;
  const { clock, log } = parts;
  const started = clock.monotonic();
  const left = () => started + timeoutMs - clock.monotonic();
  for (let asked = 1; ; asked++) {
    const problem = await problemOf(url, Math.min(left(), PROBE_LIMIT_MS), parts);
    if (problem === undefined)
      return log.debug('The sidecar is ready', { url, waitedMs: Math.round(timeoutMs - left()) });
    if (asked === 1) log.warn('Waiting for the sidecar', { url, timeoutMs });
    await sleep(clock, Math.max(0, Math.min(PAUSE_MS, left())));
    // A question with no time to be answered would only hide the reason that is known.
    if (left() < 1) throw new MeshNotReadyError(url, timeoutMs, problem);
  }
}

/** What keeps the sidecar from being ready, or `undefined`. */
async function problemOf(url: string, limitMs: number, { clock, probe }: WaitingParts): Promise<unknown> {
  const limit = new AbortController();
  const timer = clock.schedule(limitMs, () =>
    limit.abort(new Error(`no answer within ${Math.round(limitMs)} ms`)),
  );
  try {
    const status = await probe(url, limit.signal);
    return status >= 200 && status < 300 ? undefined : new Error(`answered ${status}`);
  } catch (error) {
    return limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    timer.cancel();
  }
}
