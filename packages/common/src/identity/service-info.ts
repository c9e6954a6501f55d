/**
 * Who this process is. `ServiceModule` provides it; every other module asks for it when its own `service` option is
 * absent, so that a service is named once.
 */
export abstract class ServiceInfo {
  /** The name other services call it by, such as `user-service`. */
  abstract readonly name: string;
  /** The version of its code, such as `1.4.0`. */
  abstract readonly version: string;
  /** Tells this process from its replicas. */
  abstract readonly instanceId: string;
}
