import { type TracerProvider } from '@opentelemetry/api';

/** A tracer provider that was made for one app, and ends with it. */
export interface AppProvider {
  readonly provider: TracerProvider;
  /** Exports the spans that have ended so far. */
  flush(): Promise<void>;
  /** Exports what is left, and ends the provider. */
  shutdown(): Promise<void>;
}
