import { type WovenCall } from '@rookery/common';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { callersSignal } from './callers-signal.js';
import { Handover } from './handover.js';
import { proceed } from './proceed.js';
import { STREAM_END } from './stream-end.js';

/**
 * For `async *` methods. Iterating is one call, and each attempt iterates a new result of the method. As with an
 * observable, the first value commits the call: what follows is neither retried, nor timed out, nor replaced. A value is
 * asked for when the reader asks, so a slow reader is not taken for a slow method.
 */
export async function* guardIterable(pipeline: PolicyPipeline, call: WovenCall): AsyncGenerator {
  const handover = new Handover();
  const { method, instance, args } = call;
  const signal = callersSignal(call);
  const ended = pipeline
    .executeMethod(
      (attempt) => handover.pump(proceed(call, attempt) as AsyncIterable<unknown>, attempt.signal),
      { method, subject: { instance, args }, commitment: handover.commitment },
      signal && { signal },
    )
    .then(
      (result) => handover.finish({ result }),
      (error: unknown) => handover.finish({ error }),
    );
  try {
    for (let step = await handover.take(); ; step = await handover.take()) {
      if ('value' in step) yield step.value;
      else if ('error' in step) throw step.error;
      else {
        if (step.result !== STREAM_END) yield* step.result as AsyncIterable<unknown>;
        return;
      }
    }
  } finally {
    handover.leave();
    await ended;
  }
}
