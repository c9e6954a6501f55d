import {
  check,
  checkOptions,
  type Duration,
  is,
  listOf,
  OptionsError,
  required,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { deadlineCheck, type DeadlineOptions } from './deadlines/deadline.options.js';
import { checkDependency, type Dependency } from './dependencies/dependency.js';
import { edgeCheck, type EdgeOptions } from './edge/edge.options.js';

/** Where and how health is checked. */
export interface HealthOptions {
  /** Where the report is served; `live` and `ready` are below it. Default `'/health'`. */
  path?: string;
  /** How often each indicator and dependency is checked, give or take a tenth. Default `'30s'`. */
  interval?: Duration;
  /** How long an indicator's check may take. A dependency has its own. Default `'5s'`. */
  timeout?: Duration;
  /**
   * Whether gRPC servers of the app answer by gRPC's own health protocol (`grpc.health.v1.Health`), as load balancers and
   * orchestrators ask them. A contract of the app that has this service itself goes before. Default `true`.
   */
  grpc?: boolean;
}

/** Options of `ServiceModule`. */
export interface ServiceOptions {
  /** The name other services call this one by. */
  name: string;
  /** The version of its code. Default `'0.0.0'`. */
  version?: string;
  /** Where it is meant to listen; the app passes it to `listen`. Default 3000; 0 is any free port. */
  port?: number;
  /** Tells this process from its replicas. Default: the name and eight random digits. */
  instanceId?: string;
  /** The services it calls, so that health shows whether they can be reached. Default none. */
  dependencies?: readonly Dependency[];
  health?: HealthOptions;
  /**
   * How long requests that are under way when the app stops may take to finish, once it takes no new ones. What is left
   * then is cut off, and counted in the log. Default `'10s'`.
   */
  drainTimeout?: Duration;
  /**
   * How long the app goes on taking requests after its readiness has turned red, for callers that find it by that.
   * Those that find it through `DiscoveryModule` have its `leaveDelay`, which runs at the same time. Default 0.
   */
  drainDelay?: Duration;
  /**
   * How long the HTTP server keeps a connection that nobody uses: longer than its clients do. Default `'65s'` in place
   * of Node's 5 seconds; a value that the app has set itself stays.
   */
  keepAliveTimeout?: Duration;
  /**
   * Whether HTTP and gRPC answers tell callers who ask for it, as Rookery's clients do, how busy this process is, so that
   * they call the less busy. Nobody else is told; where strangers can send requests, say `false`. Default `true`.
   */
  reportLoad?: boolean;
  /**
   * Until when requests may take. Each ends with the time that its caller has left, and when its caller leaves: the signal
   * of `@Signal()` aborts, and so do the calls that it makes. `false`: none of this. Default: on, without a limit for
   * requests that bring none.
   */
  deadlines?: DeadlineOptions | false;
  /**
   * Set where strangers can send requests: what callers say about deadline, load and trace is believed of those only that
   * the options name. `true`: of nobody. Default `false`: of everybody.
   */
  edge?: boolean | EdgeOptions;
}

/** How the app ends, with defaults filled in. */
export interface LifecycleSettings {
  readonly drainTimeoutMs: number;
  readonly drainDelayMs: number;
  /** Unset: the default, where the app has not set one itself. */
  readonly keepAliveTimeoutMs?: number;
}

/** How health is checked, with defaults filled in. */
export interface HealthSettings {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

const HEALTH_DEFAULTS = {
  path: '/health',
  interval: '30s',
  timeout: '5s',
} as const satisfies Required<Omit<HealthOptions, 'grpc'>>;

const LIFECYCLE_DEFAULTS = {
  drainTimeout: '10s',
  drainDelay: 0,
} as const satisfies Pick<ServiceOptions, 'drainTimeout' | 'drainDelay'>;

const FOR_ROOT = 'ServiceModule.forRoot';

const checkAll = shape<ServiceOptions>({
  name: required(is.serviceName),
  version: is.text,
  port: is.wholeNumber({ max: 65_535 }),
  instanceId: is.text,
  dependencies: listOf(checkDependency),
  health: shape<HealthOptions>({
    path: check(
      (value) => typeof value === 'string' && /^(\/[\w.~-]+)+$/.test(value),
      'a path such as "/health"',
    ),
    interval: is.duration({ min: 100 }),
    timeout: is.duration({ min: 1 }),
    grpc: is.flag,
  }),
  drainTimeout: is.duration({ max: 3_600_000 }),
  drainDelay: is.duration({ max: 300_000 }),
  keepAliveTimeout: is.duration({ min: 1 }),
  reportLoad: is.flag,
  deadlines: deadlineCheck,
  edge: edgeCheck,
});

/** Refuses what Nest cannot even take apart. What is in them is checked when the app boots, as is what a factory makes. */
export function requireOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new OptionsError(FOR_ROOT, ["name: Missing. Use ServiceModule.forRoot({ name: 'order-service' })."]);
}

/** Returns the options when they pass. Throws an `OptionsError` that names every problem when they do not. */
export function checkServiceOptions(options: ServiceOptions): ServiceOptions {
  return checkOptions(FOR_ROOT, checkAll, options);
}

export function healthSettings(options: HealthOptions = {}): HealthSettings {
  const {
    path = HEALTH_DEFAULTS.path,
    interval = HEALTH_DEFAULTS.interval,
    timeout = HEALTH_DEFAULTS.timeout,
  } = options;
  return { path, intervalMs: toMilliseconds(interval), timeoutMs: toMilliseconds(timeout) };
}

export function lifecycleSettings(options: ServiceOptions): LifecycleSettings {
  const { drainTimeout = LIFECYCLE_DEFAULTS.drainTimeout, drainDelay = LIFECYCLE_DEFAULTS.drainDelay } =
    options;
  const { keepAliveTimeout } = options;
  return {
    drainTimeoutMs: toMilliseconds(drainTimeout),
    drainDelayMs: toMilliseconds(drainDelay),
    ...(keepAliveTimeout !== undefined && { keepAliveTimeoutMs: toMilliseconds(keepAliveTimeout) }),
  };
}
