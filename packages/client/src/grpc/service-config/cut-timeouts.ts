import { ByMethod } from './by-method.js';
import { millisecondsOf } from './proto-duration.js';
import { type GrpcServiceConfig } from './service-config.js';

/**
 * A sentence for each entry whose timeout the client's own would cut short without a word, for a method that does not answer
 * with a stream: of a stream, the client's own limits only the wait for the first word of the answer.
 *
 * @param unaryAnswers Each a service with its package and a method that answers with one message.
 * @param ownMs The longest that a call of the client may take.
 */
export function cutTimeouts(
  { methodConfig = [] }: GrpcServiceConfig,
  unaryAnswers: Iterable<readonly [service: string, method: string]>,
  ownMs: number,
): string[] {
  const entries = new ByMethod(methodConfig.map(({ name }, at) => [name, at] as const));
  const cut = new Set<number>();
  for (const [service, method] of unaryAnswers) {
    const at = entries.of(service, method);
    const timeout = at === undefined ? undefined : methodConfig[at]?.timeout;
    if (at !== undefined && timeout !== undefined && millisecondsOf(timeout) > ownMs) cut.add(at);
  }
  return [...cut].map(
    (at) =>
      `methodConfig[${at}].timeout: Longer than the client's own timeout, ${ownMs} ms, which would end the calls first. Raise "timeout" of the client.`,
  );
}
