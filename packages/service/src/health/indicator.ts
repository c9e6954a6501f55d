/** What an indicator finds. `degraded`: it works, but somebody should look. */
export type HealthStatus = 'up' | 'degraded' | 'down';

/**
 * What a check belongs to. `liveness`: restart the process when it fails. `readiness`: send it no requests while it
 * fails. A check in neither shows in the whole report only.
 */
export type HealthGroup = 'liveness' | 'readiness';

/** What one check found, and facts about it that may be shown to anybody who can reach the endpoint. */
export interface HealthFinding {
  readonly status: HealthStatus;
  /** Why, when it is not up. */
  readonly message?: string;
  readonly [fact: string]: unknown;
}

/** Something that can be asked whether it works. */
export interface Indicator {
  /** Its key in the report. */
  readonly name: string;
  readonly groups: readonly HealthGroup[];
  /** Whether the whole is down when this is; else the whole is degraded. */
  readonly critical: boolean;
  /** Milliseconds between the end of one check and the next. */
  readonly intervalMs: number;
  /** Milliseconds after which a check counts as failed. */
  readonly timeoutMs: number;
  /** Finds out. Throwing means down; the signal aborts when time is up. */
  check(signal: AbortSignal): Promise<HealthFinding>;
}

/** The last finding of an indicator. */
export interface HealthResult extends HealthFinding {
  /** Milliseconds since it was found; unset before the first check has ended. */
  readonly ageMs?: number;
}
