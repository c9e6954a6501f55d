import { type Clock, isRookeryError } from '@rookery/common';
import { type LeaseLostError } from '../errors/lease-lost.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type RegistryListener } from './registry-events.js';

/** `registering`: not in the registry yet. `lost`: was, and is trying to get back. `left`: has been deregistered. */
export type RegistrationState =
  | { readonly kind: 'registering'; readonly error?: unknown }
  | { readonly kind: 'registered'; readonly lastBeatAt: number }
  | { readonly kind: 'lost'; readonly lastBeatAt: number; readonly error: unknown }
  | { readonly kind: 'left' };

/** Turns the results of single calls into the state of a registration, and reports each change of it once. */
export class RegistrationStatus {
  #state: RegistrationState = { kind: 'registering' };
  #lastBeat = 0;

  constructor(
    private readonly clock: Clock,
    private readonly ttlMs: number,
    private readonly emit: RegistryListener,
  ) {}

  get state(): RegistrationState {
    return this.#state;
  }

  /** Whether the registration was lost because somebody else registered the same id. */
  get taken(): boolean {
    const { kind, error } = { error: undefined, ...this.#state };
    return (
      kind === 'lost' && isRookeryError(error, 'LEASE_LOST') && (error as LeaseLostError).reason === 'taken'
    );
  }

  /** The registry has the instance. Returns whether it did not have it before. */
  succeeded(instance: ServiceInstance): boolean {
    const before = this.#state.kind;
    this.#lastBeat = this.clock.monotonic();
    this.#state = { kind: 'registered', lastBeatAt: this.clock.now() };
    if (before === 'registered') return false;
    this.emit({ type: before === 'lost' ? 'registration-restored' : 'registered', instance });
    return true;
  }

  /** A beat failed. That is no loss as long as the lease lasts. */
  beatFailed(instance: ServiceInstance, error: unknown): void {
    const lasts = this.clock.monotonic() - this.#lastBeat < this.ttlMs;
    if (!lasts || isRookeryError(error, 'LEASE_LOST')) this.failed(instance, error);
  }

  /** The registry does not have the instance. */
  failed(instance: ServiceInstance, error: unknown): void {
    const before = this.#state;
    if (before.kind === 'registered') {
      this.#state = { kind: 'lost', lastBeatAt: before.lastBeatAt, error };
    } else if (before.kind === 'registering' && before.error === undefined) {
      this.#state = { kind: 'registering', error };
    } else return;
    this.emit({ type: 'registration-lost', instance, error });
  }

  left(instance: ServiceInstance): void {
    const { kind } = this.#state;
    this.#state = { kind: 'left' };
    if (kind !== 'registering') this.emit({ type: 'deregistered', instance });
  }
}
