/** What an instance speaks. The named ones are known to the clients; any other word is carried along. */
export type Protocol = 'http' | 'https' | 'grpc' | (string & {});

/** `draining`: still answering, but about to leave, so it gets no new calls while others are up. */
export type InstanceStatus = 'up' | 'draining';

/** One running copy of a service, as its callers see it. */
export interface ServiceInstance {
  /** Tells this copy from all others; statistics are kept by it. Up to 128 characters. */
  readonly id: string;
  /** The name of the service it is a copy of. */
  readonly service: string;
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** The version of its code. */
  readonly version: string;
  /** Where it runs, such as a data centre's name. Unset where that means nothing. */
  readonly zone?: string;
  /** Its share of calls relative to the others, from 1 to 1000. */
  readonly weight: number;
  /** Whatever else callers want to know; as JSON at most 4 KB. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: InstanceStatus;
  /** When it started, in milliseconds since the epoch, by its own clock. */
  readonly startedAt: number;
}

/** An instance to be registered: what is left out has its default. */
export interface NewInstance {
  /** Default: the service's name and a random suffix. */
  readonly id?: string;
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** Default `'http'`. */
  readonly protocol?: Protocol;
  /** Default `'0.0.0'`. */
  readonly version?: string;
  /** Default: none. */
  readonly zone?: string;
  /** Default 1. */
  readonly weight?: number;
  /** Default: empty. */
  readonly metadata?: Readonly<Record<string, string>>;
}
