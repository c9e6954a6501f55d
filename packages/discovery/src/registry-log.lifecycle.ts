import { Logger } from '@nestjs/common';
import { asSentence, messageOf } from '@rookery/common';
import { type Reach, type RegistryBackend } from './registry/registry-backend.js';
import { type RegistryEvent } from './registry/registry-events.js';
import { type ServiceInstance } from './instance/service-instance.js';
import { type ServiceRegistry } from './registry/service-registry.js';

const NOTES: Partial<Record<Reach, string>> = {
  process: 'It serves this process only.',
  host: 'They serve the processes of this host; for several hosts, give DiscoveryModule.forRoot another registry.',
};

/** Logs where services are looked for, once, and what happens to registrations and lists: changes, never calls. */
export function logRegistryEvents(registry: ServiceRegistry, backend: RegistryBackend): void {
  const logger = new Logger('Discovery');
  logger.log(
    [`Services are found through ${backend.description}.`, !backend.readOnly && NOTES[backend.reach]]
      .filter(Boolean)
      .join(' '),
  );
  registry.onEvent((event) => logEvent(logger, event, backend.description));
}

function logEvent(logger: Logger, event: RegistryEvent, place: string): void {
  switch (event.type) {
    case 'registered':
      return logger.log(
        `Registered ${name(event.instance)} at ${event.instance.host}:${event.instance.port}.`,
      );
    case 'deregistered':
      return logger.log(`Deregistered ${name(event.instance)}.`);
    case 'registration-lost':
      return logger.warn(
        `${name(event.instance)} is not registered in ${place}: ${asSentence(messageOf(event.error))} Trying again until it is.`,
      );
    case 'registration-restored':
      return logger.log(`${name(event.instance)} is registered again.`);
    case 'watch-lost':
      return logger.warn(
        `The list of ${event.service} is kept as it was last seen in ${place}: ${asSentence(messageOf(event.error))}`,
      );
    case 'watch-restored':
      return logger.log(`The list of ${event.service} is up to date again.`);
    case 'list-doubted':
      return logger.warn(
        `The registry no longer lists ${event.kept} of the instances of ${event.service}, but they still answer: they are called as before.`,
      );
    case 'list-believed':
      return logger.log(`What the registry lists of ${event.service} is believed again.`);
  }
}

function name({ service, id }: ServiceInstance): string {
  return `${service} (${id})`;
}
