import { noObserver, type Observation } from '@rookery/common';
import { type Attempt } from '@rookery/resilience';
import { type Endpoint } from '../endpoint/endpoint.js';
import { addressOf } from './channel/address.js';
import { type PreparedMethod } from './contract/prepared-method.js';
import { type GrpcClientParts } from './grpc-client-parts.js';

/** Observes one try, from its beginning to the end of its last message. */
export function observeTry<T>(
  { observer, service: peer }: GrpcClientParts,
  { name, service, method }: PreparedMethod,
  { baseUrl }: Endpoint,
  { number }: Attempt,
  work: (observation: Observation) => Promise<T>,
): Promise<T> {
  // What nobody looks at is not put together.
  if (observer === noObserver) return noObserver.observe(UNSEEN, work);
  const { host, port } = addressOf(baseUrl);
  return observer.observe(
    {
      kind: 'client',
      name,
      attributes: {
        'rpc.system': 'grpc',
        'rpc.service': service,
        'rpc.method': method,
        'server.address': host,
        'server.port': port,
        'peer.service': peer,
        ...(number > 1 && { 'rpc.resend_count': number - 1 }),
      },
    },
    work,
  );
}

const UNSEEN = { kind: 'client', name: '' } as const;
