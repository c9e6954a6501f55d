import { type HealthFinding, type HealthStatus } from './indicator.js';

const STATUSES: readonly HealthStatus[] = ['up', 'degraded', 'down'];

/**
 * What a user's check means: nothing or `true` is up, `false` is down, and an object is a finding. An object with the
 * indicator's name as its key is what Terminus' own indicators return.
 */
export function toFinding(name: string, returned: unknown): HealthFinding {
  if (returned === undefined || returned === true) return { status: 'up' };
  if (returned === false) return { status: 'down', message: 'The check returned false.' };
  if (isFinding(returned)) return returned;
  const nested: unknown = isObject(returned) ? returned[name] : undefined;
  if (isFinding(nested)) return nested;
  throw new TypeError(
    `The health check "${name}" returned something else than nothing, true, false or { status: 'up' | 'degraded' | 'down' }.`,
  );
}

function isFinding(value: unknown): value is HealthFinding {
  return isObject(value) && STATUSES.includes(value['status'] as HealthStatus);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
