import { isThenable } from '@rookery/common';
import { type Packet, type Serializer } from '../wire/packet.js';
import { UnsendablePacket } from '../wire/wire-failure.js';

/** What is done with what the app's serializer has made of a packet. */
export type Attach = (made: unknown, metadata: Readonly<Record<string, string>>, packet: Packet) => unknown;

/**
 * The serializer, and what travels beside the data is attached to what it makes, instead of in the packet: for brokers whose
 * messages have headers. The packet is then the same as that of Nest's own client.
 */
export function attachingMetadata(inner: Serializer, attach: Attach): Serializer {
  return {
    serialize: (packet, options) => {
      const { metadata = {}, ...bare } = packet as Packet;
      const made = guarded(() => inner.serialize(bare, options));
      if (isThenable(made)) return made.then((value) => attach(value, metadata, bare), refuse);
      return attach(made, metadata, bare);
    },
  };
}

/** The serializer, and what it throws is told from what the broker's library throws. */
export function refusingUnsendable(inner: Serializer): Serializer {
  return { serialize: (packet, options) => guarded(() => inner.serialize(packet, options)) };
}

function guarded<T>(serialize: () => T): T {
  try {
    return serialize();
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw new UnsendablePacket(error);
}
