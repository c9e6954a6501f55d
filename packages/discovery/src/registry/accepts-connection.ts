import { connect, type LookupFunction } from 'node:net';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Answer, askSocket } from '../liveness/ask-socket.js';

/**
 * Whether somebody accepts a TCP connection where the instance is registered; `undefined` when this process cannot connect
 * to anybody. The connection is closed at once. A process that hangs accepts too: its kernel does it. So it stays listed
 * while a list is doubted, because one that is only busy must not be dropped from the last list that there is; whether it
 * gets calls is for the balancer, which asks for a sign of life.
 *
 * @param lookup How its host name is resolved. Default: as the system does.
 */
export function acceptsConnection(
  { host, port }: Pick<ServiceInstance, 'host' | 'port'>,
  signal: AbortSignal,
  lookup?: LookupFunction,
): Promise<Answer> {
  return askSocket({ host, lookup, dial: (by) => connect({ host, port, lookup: by }) }, signal);
}
