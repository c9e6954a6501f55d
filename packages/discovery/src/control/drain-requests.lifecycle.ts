import { Logger } from '@nestjs/common';
import { printable } from '../admission/printable.js';
import { type InstanceStatus } from '../instance/service-instance.js';
import { type Registration } from '../registry/registration.js';
import { type ServiceRegistry } from '../registry/service-registry.js';
import { CONTROL_SERVICE } from './control-service.js';
import { type OwnStatus } from './own-status.js';
import { type ControlParts } from './post.js';
import { RequestFollower } from './request-follower.js';
import { type StatusRequest } from './status-request.js';

/** Lets operators drain the app itself, and says in the log who asked for it. Who asks one of its instances asks them all. */
export class DrainRequests {
  readonly #logger = new Logger('Discovery');
  readonly #followers = new Map<Registration, RequestFollower>();
  #stopped = false;

  constructor(
    private readonly registry: ServiceRegistry,
    private readonly status: OwnStatus,
    private readonly parts: ControlParts,
    private readonly changed: () => void,
  ) {}

  /** Follows requests from when the app is registered until it is deregistered, or until `stop`. */
  follow(self: Registration): void {
    const begin = () => this.#begin(self);
    // One that leaves before it was registered has been found by nobody.
    self.registered().then(begin, () => {});
    this.registry.onEvent((event) => {
      if (event.type === 'deregistered' && event.instance === self.instance) void this.#end(self);
    });
  }

  /** Follows no more. Resolves in bounded time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#followers.keys()].map((self) => this.#end(self)));
  }

  async #end(self: Registration): Promise<void> {
    await this.#followers.get(self)?.stop();
  }

  #begin(self: Registration): void {
    if (this.#stopped) return;
    const follower = new RequestFollower(self.instance, {
      ...this.parts,
      comply: (request) => this.#comply(request, self),
      tell: () => this.#tell(self),
      onRefused: (problem) => this.#logger.warn(refusal(problem)),
    });
    this.#followers.set(self, follower);
  }

  #comply({ status, by }: StatusRequest, self: Registration): void {
    this.status.held = status === 'draining';
    const { service, id } = self.instance;
    this.#logger.log(`${service} (${id}) ${this.#consequence()} Asked for by ${JSON.stringify(by)}.`);
    this.changed();
  }

  async #tell(self: Registration): Promise<InstanceStatus> {
    await self.update({ status: this.status.value });
    // A change is kept for later when nothing is registered now, and then nobody has it.
    if (self.state.kind !== 'registered') throw new Error(`${self.instance.id} is not registered now.`);
    return self.instance.status;
  }

  #consequence(): string {
    const { held, ready } = this.status;
    if (held) return 'drains: it goes on serving, and gets no new calls as long as others are up.';
    return ready ? 'no longer drains.' : 'no longer drains, and is up again as soon as it is ready.';
  }
}

function refusal(problem: string): string {
  return `A request in ${CONTROL_SERVICE} is not followed: ${printable(problem)} Further ones are passed over without a word.`;
}
