import { type RegistryBackend } from '../registry/registry-backend.js';

/** One registry under test, and the time it lives in. */
export interface RegistrySubject {
  /** The registry as one process sees it. Called again, it is the same registry as another process sees it. */
  connect(): RegistryBackend;
  /** Lets this many milliseconds go by for the registry, in a virtual clock or in reality. */
  elapse(ms: number): Promise<void>;
  /** Removes everything that the subject has made. */
  dispose(): Promise<void>;
}

/** Where backends may differ. Each is a promise: what is `true` is tested, what is `false` is listed as left out. */
export interface RegistryFeatures {
  /** A lease that ran out cannot be renewed: its owner has to register again. Otherwise a late renewal restores it. */
  readonly forgetsExpired: boolean;
  /**
   * A lease that ran out is gone at that moment. Otherwise the registry's own clock takes a little longer, in its own
   * time, and takes away by itself what is left, so that `cleanup` finds nothing. Default `true`.
   */
  readonly forgetsAtOnce?: boolean;
}

/** The time to live that the suite registers with, in milliseconds. */
export const CONFORMANCE_TTL_MS = 2_000;
