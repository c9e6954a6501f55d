import { type Duration, is, shape, required, check } from '@rookery/common';

/** A service that this one calls. It is checked on an interval, and shows in the health report under its name. */
export interface Dependency {
  /** The name it is known by. */
  name: string;
  /**
   * Where it answers, when it is not found through discovery. A URL without a path is asked at `/health/live`, one with
   * a path at that path. Default: one of its registered instances is asked at its `path`.
   */
  url?: string;
  /** Where instances found through discovery are asked. Default `'/health/live'`. */
  path?: string;
  /** How long one try may take. Default `'5s'`. */
  timeout?: Duration;
  /** How often a failed try is repeated before the dependency counts as down. Default 3. */
  retries?: number;
  /** Whether this service is of no use without it, so that readiness fails while it is down. Default `false`: degraded. */
  critical?: boolean;
}

export const DEPENDENCY_DEFAULTS = {
  timeout: '5s',
  retries: 3,
  critical: false,
} as const satisfies Partial<Dependency>;

/** Looks at one declared dependency. */
export const checkDependency = shape<Dependency>({
  name: required(is.serviceName),
  url: check(isHttpUrl, 'a URL that starts with http:// or https://, without credentials'),
  path: check((value) => typeof value === 'string' && value.startsWith('/'), 'a path such as "/health/live"'),
  timeout: is.duration({ min: 1 }),
  retries: is.wholeNumber({ max: 100 }),
  critical: is.flag,
});

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return !username && !password;
}
