import { OptionsError } from '@rookery/common';
import { type FoundMethod } from '../bus/marked-methods.explorer.js';
import { type HandlerSpec } from '../pipeline/handler-spec.js';
import { processedQueues } from './process.decorator.js';
import { type QueueRegistry } from './queue-registry.js';

/** The handlers that `@Process` marks. Throws an `OptionsError` for an unknown queue or a second processor of one. */
export function queueProcessors(methods: readonly FoundMethod[], queues: QueueRegistry): HandlerSpec[] {
  const processors = new Map<string, string>();
  return methods.flatMap((found) =>
    processedQueues(found.method).map((name) => {
      const where = `@Process(${JSON.stringify(name)}) on ${found.name}`;
      const queue = queues.get(name, where);
      const other = processors.get(name);
      if (other !== undefined)
        throw new OptionsError(where, [
          `${other} processes this queue already. An app has one such method a queue.`,
        ]);
      processors.set(name, found.name);
      return queue.handledBy(found.invoke);
    }),
  );
}
