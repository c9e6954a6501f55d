import { type CallKind, isTimeout, type Observation, remainingTime, TIMEOUT_HEADER } from '@rookery/common';
import { type Attempt } from '@rookery/resilience';
import { type Endpoint } from '../endpoint/endpoint.js';
import { callError } from './call-error.js';
import { type RpcClientParts, type RpcMessage } from './rpc-client-parts.js';
import { tcpAddressOf } from './tcp/tcp-address.js';
import { type Packet } from './wire/packet.js';
import { type Wire } from './wire/wire.js';

/** Takes a packet, made when it can be sent, over a wire, and resolves when that is done: answered to the end, or sent. */
export type Send = (wire: Wire, packet: () => Packet) => Promise<unknown>;

/** Sends one try to one endpoint. */
export function sendRpcTry(
  parts: RpcClientParts,
  message: RpcMessage,
  endpoint: Endpoint,
  attempt: Attempt,
  { kind, send }: { kind: CallKind; send: Send },
): Promise<unknown> {
  const { signal, number } = attempt;
  return parts.observer.observe(
    {
      kind,
      name: `${parts.service}/${message.route}`,
      attributes: {
        'rpc.system': 'nestjs',
        'rpc.service': parts.service,
        'rpc.method': message.route,
        'peer.service': parts.service,
        ...place(parts, endpoint),
        ...(number > 1 && { 'rpc.resend_count': number - 1 }),
      },
    },
    (observation) =>
      overWire(parts, message, endpoint, signal, (wire) =>
        // Nobody waits for an answer to an event, so it is worth as much later.
        send(wire, () =>
          packet(message, observation, kind === 'client' ? timeLeft(parts, attempt) : NO_LIMIT),
        ),
      ),
  );
}

/** Where a message goes: to an instance, or to a broker. */
function place({ transport }: RpcClientParts, endpoint: Endpoint): Record<string, string | number> {
  if (transport !== 'tcp') return { 'messaging.system': transport === 'rmq' ? 'rabbitmq' : transport };
  const { host, port } = tcpAddressOf(endpoint.baseUrl);
  return { 'server.address': host, 'server.port': port };
}

const NO_LIMIT = {};

/** How long the caller still waits for the first value of the answer, rounded up: the other side is not to give up before us. */
function timeLeft({ clock }: RpcClientParts, { firstValueBy = Infinity }: Attempt): Record<string, string> {
  const left = Math.min(remainingTime(clock), firstValueBy - clock.monotonic());
  return left === Infinity ? NO_LIMIT : { [TIMEOUT_HEADER]: String(Math.max(1, Math.ceil(left))) };
}

/** Made for each try, because less time is left each time. */
function packet(
  { pattern, data, metadata }: RpcMessage,
  { outgoing }: Observation,
  time: Readonly<Record<string, string>>,
): Packet {
  const beside = { ...metadata, ...outgoing, ...time };
  return { pattern, data, ...(Object.keys(beside).length > 0 && { metadata: beside }) };
}

/** A connection over which nothing was heard until the time was up may have lost its other end without a word. */
async function overWire(
  { wireTo, transport }: RpcClientParts,
  { label }: RpcMessage,
  endpoint: Endpoint,
  signal: AbortSignal,
  work: (wire: Wire) => Promise<unknown>,
): Promise<unknown> {
  const wire = wireTo(endpoint);
  return wire.during(async () => {
    const { heard } = wire;
    try {
      return await work(wire);
    } catch (error) {
      if (signal.aborted && isTimeout(signal.reason) && wire.heard === heard) wire.giveUp();
      throw callError(error, label, transport !== 'tcp');
    }
  });
}
