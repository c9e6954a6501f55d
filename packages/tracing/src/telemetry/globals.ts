import {
  context,
  createContextKey,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import { callContextManager } from '../context/call-context-manager.js';
import { TraceContextPropagator } from '../propagation/trace-context.propagator.js';

/** Marks our own providers, also for another installed copy of this package. */
const OURS = Symbol.for('@rookery/tracing:provider');
const PROBE = createContextKey('rookery probe');

/** The apps of this process that use OpenTelemetry's globals, oldest first. */
const apps: { readonly provider: TracerProvider | undefined }[] = [];
let releaseContext: (() => void) | undefined;

/** The tracer provider that somebody else registered for the process, if any. */
export function foreignProvider(): TracerProvider | undefined {
  const provider = globalProvider();
  return provider && !(OURS in provider) ? provider : undefined;
}

/**
 * Registers what OpenTelemetry's API needs and nobody has registered: the context manager, the propagator, and the
 * app's provider, so that libraries which use the API land in the same traces. The result undoes it for this app;
 * when another app is still running, its provider takes over.
 */
export function enterGlobals(provider: TracerProvider | undefined): () => void {
  const app = { provider };
  if (provider) Object.defineProperty(provider, OURS, { value: true });
  apps.push(app);
  releaseContext ??= claimContext();
  publishProvider();
  return () => leave(app);
}

function leave(app: (typeof apps)[number]): void {
  const index = apps.indexOf(app);
  if (index < 0) return;
  apps.splice(index, 1);
  if (app.provider && globalProvider() === app.provider) {
    trace.disable();
    publishProvider();
  }
  if (apps.length > 0) return;
  releaseContext?.();
  releaseContext = undefined;
}

function publishProvider(): void {
  const first = apps.find((app) => app.provider)?.provider;
  if (first && !globalProvider()) trace.setGlobalTracerProvider(first);
}

function claimContext(): () => void {
  // Asked first, because OpenTelemetry logs a refused registration as an error.
  const takeManager = !hasContextManager() && context.setGlobalContextManager(callContextManager);
  const takePropagator =
    propagation.fields().length === 0 && propagation.setGlobalPropagator(new TraceContextPropagator());
  return () => {
    if (takeManager) context.disable();
    if (takePropagator) propagation.disable();
  };
}

function hasContextManager(): boolean {
  return context.with(ROOT_CONTEXT.setValue(PROBE, true), () => context.active().getValue(PROBE) === true);
}

function globalProvider(): TracerProvider | undefined {
  const registered = trace.getTracerProvider();
  if (!(registered instanceof ProxyTracerProvider)) return registered;
  const provider = registered.getDelegate();
  // A proxy that nobody pointed anywhere delegates to the one provider that does nothing.
  return provider === new ProxyTracerProvider().getDelegate() ? undefined : provider;
}
