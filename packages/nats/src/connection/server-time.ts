import { AckPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

/** The server forgets by itself what was made only to be told the time, in milliseconds. */
const FORGET_MS = 1_000;

/**
 * What time it is by the clock of the servers, in milliseconds since the epoch. NATS has no question for it, but says
 * when it has made a consumer; so one is made, which nobody reads. The answer is early by the time that it took to
 * arrive, never late. In a cluster the server that makes consumers need not be the one that dates the stream's messages:
 * their clocks have to agree to within a small part of a time to live.
 */
export async function serverTime(manager: JetStreamManager, stream: string): Promise<number> {
  const { created } = await manager.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    mem_storage: true,
    inactive_threshold: nanos(FORGET_MS),
  });
  return Date.parse(created);
}
