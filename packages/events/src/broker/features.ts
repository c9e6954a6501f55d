import { MissingFeatureError } from './missing-feature.error.js';

/** What a broker can do. Asking for what it cannot do is refused at boot. */
export interface BrokerFeatures {
  /** A published event survives the death of every process. */
  readonly durable: boolean;
  /** Several processes share the events. */
  readonly crossProcess: boolean;
  /** An event can be held back for a time; pauses between retries need it. */
  readonly delay: boolean;
  /** Events of one key reach a consumer one at a time and in order. */
  readonly orderedByKey: boolean;
}

export type BrokerFeature = keyof BrokerFeatures;

/** The names of all features, for option checks. */
export const BROKER_FEATURES = [
  'durable',
  'crossProcess',
  'delay',
  'orderedByKey',
] as const satisfies readonly BrokerFeature[];

/** Throws a `MissingFeatureError` when the broker lacks one of `needed`. */
export function requireFeatures(
  features: BrokerFeatures,
  needed: readonly BrokerFeature[],
  neededBy: string,
): void {
  const missing = needed.filter((feature) => !features[feature]);
  if (missing.length > 0) throw new MissingFeatureError(missing, neededBy);
}
