import { checkOptions, systemClock } from '@rookery/common';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { DnsBackend } from './dns-backend.js';
import { dnsOptionsCheck, type DnsRegistryOptions, dnsSettings } from './dns.options.js';
import { NameServer } from './name-server.js';

/**
 * A registry that is the domain name system: SRV records, or the addresses of a name. It is asked again when the
 * records' time to live is over. Nothing can be registered in it, so an app that uses it alone has `advertise: false`.
 */
export function dnsRegistry(options: DnsRegistryOptions): RegistryBackend {
  const { services, clock = systemClock } = checkOptions('dnsRegistry', dnsOptionsCheck, options);
  const settings = dnsSettings(options);
  return new DnsBackend(services, { server: new NameServer(settings), clock, settings });
}
