export { ATTRIBUTES } from './attributes.js';
export { traceLogFields, type TraceLogFields, tracingMixin } from './logs/trace-log-fields.js';
export { type ExporterName } from './telemetry/exporter-name.js';
export { Span } from './tracer/span.decorator.js';
export { type Tags } from './tracer/span.js';
export { type SpanOptions, Tracer } from './tracer/tracer.js';
export { TracingModule } from './tracing.module.js';
export { type TracingOptions } from './tracing.options.js';
