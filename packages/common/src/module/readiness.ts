/**
 * Whether requests should come to this process. `ServiceModule` provides it; `DiscoveryModule` asks for it, so that
 * nobody is sent to a service that could not answer yet.
 */
export abstract class Readiness {
  /** Whether the app runs and every check that its readiness depends on passes. */
  abstract readonly ready: boolean;
  /** Calls `listener` at each change from now on; the result ends that. */
  abstract onChange(listener: (ready: boolean) => void): () => void;
}
