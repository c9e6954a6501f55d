/** What the pipeline of a stream resolves to when the stream ended by itself; anything else is a fallback's answer. */
export const STREAM_END: unique symbol = Symbol('stream end');
