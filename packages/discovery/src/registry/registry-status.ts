import { type ServiceInstance } from '../instance/service-instance.js';
import { type Registration } from './registration.js';
import { type RegistrationState } from './registration-status.js';
import { type ServiceView } from './service-view.js';

/** One registration of this process. */
export interface RegistrationReport {
  readonly instance: ServiceInstance;
  readonly state: RegistrationState['kind'];
  /** When the registry last confirmed it, in milliseconds since the epoch. Unset before the first time. */
  readonly lastBeatAt?: number;
  /** Why it is not registered, when that is so. */
  readonly error?: unknown;
}

/** One list that this process keeps. */
export interface WatchReport {
  readonly service: string;
  readonly up: number;
  readonly draining: number;
  /** How many of them the registry does not list; they are kept because they answer. */
  readonly unlisted: number;
  /** The registry is lost; the list is the last one that it gave. */
  readonly stale: boolean;
}

/** What the registry is doing, read from memory: cheap enough for every health check. */
export interface RegistryReport {
  readonly registry: string;
  readonly registrations: readonly RegistrationReport[];
  readonly watched: readonly WatchReport[];
  readonly counters: Readonly<Record<string, number>>;
}

export function reportRegistration({ instance, state }: Registration): RegistrationReport {
  const { kind, ...facts } = state;
  return { instance, state: kind, ...facts };
}

export function reportView(view: ServiceView): WatchReport {
  const instances = view.snapshot?.instances ?? [];
  const draining = instances.filter(({ status }) => status === 'draining').length;
  const { service, unlisted, stale } = view;
  return { service, up: instances.length - draining, draining, unlisted, stale };
}
