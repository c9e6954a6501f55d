import { Inject } from '@nestjs/common';

/** The token of a registered queue, for `overrideProvider` in tests and for factories. */
export function getQueueToken(name: string): string {
  return `@rookery/events:queue:${name}`;
}

/** Injects the `MessageQueue` registered with `EventsModule.registerQueue({ name })`. */
export function InjectQueue(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(getQueueToken(name));
}
