import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { hostInUrl } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { askSocket } from '../liveness/ask-socket.js';

/**
 * Asks an instance for a sign of life: resolves with whether it gave one before it refused or the signal aborted, and with
 * `undefined` when that cannot be told, because this process could not ask. `undefined` at once for an instance that cannot
 * be asked.
 */
export type SignOfLife = (
  instance: ServiceInstance,
  signal: AbortSignal,
) => Promise<boolean | undefined> | undefined;

/** How a host name is resolved; `undefined` for a host that is an address. */
export type LookupFor = (instance: ServiceInstance) => LookupFunction | undefined;

/** What every living server of a protocol answers to, whatever it serves. Only connecting proves nothing: the kernel does it. */
const GREETINGS = new Map<string, (host: string) => string>([
  ['http', ping],
  ['https', ping],
  // The connection preface of HTTP/2 with empty SETTINGS, which the server has to answer with its own (RFC 9113, 3.4).
  ['grpc', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'],
]);

/** `OPTIONS *` is HTTP's own ping: it concerns no resource (RFC 9110, section 9.3.7). Any status will do. */
function ping(host: string): string {
  return `OPTIONS * HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: rookery\r\nConnection: close\r\n\r\n`;
}

/**
 * The question over a connection of its own, which does not keep the process alive. It can be asked of instances that
 * speak `http`, `https` or `grpc`.
 *
 * @param lookupFor Left out: who is registered under a host name is not asked, because where it leads was not checked.
 */
export function signOfLife(lookupFor?: LookupFor): SignOfLife {
  return (instance, signal) => {
    const greeting = GREETINGS.get(instance.protocol)?.(`${hostInUrl(instance.host)}:${instance.port}`);
    const lookup = lookupFor?.(instance);
    if (greeting === undefined || (isIP(instance.host) === 0 && !lookup)) return undefined;
    return askSocket({ host: instance.host, lookup, dial: (by) => open(instance, by), greeting }, signal);
  };
}

function open({ protocol, host, port }: ServiceInstance, lookup: LookupFunction): Socket {
  const options = { host, port, lookup };
  if (protocol !== 'https') return connect(options);
  // Whose certificate it is does not matter here: nothing is told, and nothing that is said is believed.
  return connectTls({ ...options, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) });
}
