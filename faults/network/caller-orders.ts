import { type PolicyOptions } from '@rookery/resilience';

/** What the caller is to do, as JSON on its command line. */
export interface CallerOrders {
  /** Where the registry is. */
  readonly place: string;
  readonly replicas: number;
  readonly policy: PolicyOptions;
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  readonly loadMs: number;
  /** Where the story is to be written. */
  readonly story: string;
}
