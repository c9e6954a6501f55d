import { type Socket } from 'node:net';
import { TIMEOUT_HEADER } from '@rookery/common';

/** What is used of the contexts that Nest's transports give to their handlers. */
interface MessageContext {
  /** TCP and Redis. */
  getMetadata?(): unknown;
  /** NATS. */
  getHeaders?(): { get?(name: string): unknown } | undefined;
  /** RabbitMQ keeps its headers among the properties; Kafka has them on the message itself, as bytes. */
  getMessage?(): { readonly properties?: { readonly headers?: unknown }; readonly headers?: unknown };
  /** TCP. */
  getSocketRef?(): { readonly netSocket?: Socket };
}

/** What the sender of a message says about its time, wherever its transport has a place for that. */
export function timeoutField(context: unknown): unknown {
  const from = Object(context) as MessageContext;
  if (from.getMetadata) return field(from.getMetadata());
  if (from.getHeaders) return from.getHeaders()?.get?.(TIMEOUT_HEADER);
  const message = from.getMessage?.();
  return field(message?.properties?.headers ?? message?.headers);
}

/** The connection that a message came over, where it is the sender's own. */
export function socketOf(context: unknown): Socket | undefined {
  return (Object(context) as MessageContext).getSocketRef?.().netSocket;
}

function field(fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, TIMEOUT_HEADER))
    return undefined;
  const value = (fields as Record<string, unknown>)[TIMEOUT_HEADER];
  return Buffer.isBuffer(value) ? value.toString('latin1') : value;
}
