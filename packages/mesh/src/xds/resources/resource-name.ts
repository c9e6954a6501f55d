import { is, passes } from '@rookery/common';

/** What the resources of a name are about: the instances of a service that speak one protocol. */
export interface ResourceSubject {
  readonly service: string;
  readonly protocol: string;
}

/** The protocols besides gRPC under whose name instances can be asked for. */
const NAMED_PROTOCOLS = ['http', 'https'];

/**
 * Who a resource name stands for. `user-service` are the gRPC instances of the service, because `xds:///user-service` is
 * how gRPC asks; `user-service/http` and `user-service/https` are the others. `undefined` for any other name.
 */
export function subjectOf(name: string): ResourceSubject | undefined {
  const [service = '', protocol, ...rest] = name.split('/');
  if (rest.length > 0 || !passes(is.serviceName, service)) return undefined;
  if (protocol === undefined) return { service, protocol: 'grpc' };
  return NAMED_PROTOCOLS.includes(protocol) ? { service, protocol } : undefined;
}

/** Every name under which a service can be asked for. */
export function namesOf(service: string): string[] {
  return [service, ...NAMED_PROTOCOLS.map((protocol) => `${service}/${protocol}`)];
}
