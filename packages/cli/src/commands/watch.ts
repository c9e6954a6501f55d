import { messageOf, sleep } from '@rookery/common';
import { type ServiceInstance, ServiceRegistry } from '@rookery/discovery';
import { readServices, type Session } from '../session.js';
import { addressOf } from '../table.js';
import { printable, printableJson } from '../terminal.js';

/** A service that registers for the first time is noticed within this time, in milliseconds. */
const NEW_SERVICES_MS = 1_000;

type Change = 'came' | 'changed' | 'gone';
const SIGNS: Record<Change, string> = { came: '+', changed: '~', gone: '-' };

/** Prints who comes, changes and goes until the user has seen enough. An outage of the registry does not end it. */
export async function watchInstances(session: Session): Promise<boolean> {
  const { backend, clock, signal, terminal, services } = session;
  const registry = new ServiceRegistry({ backend, clock });
  registry.onEvent((event) => {
    if (event.type === 'watch-lost')
      terminal.err(`The list of ${event.service} is kept as it was: ${messageOf(event.error)}`);
    if (event.type === 'watch-restored') terminal.err(`The list of ${event.service} is up to date again.`);
  });
  const followed = new Map<string, Promise<void>>();
  try {
    // The first question tells whether there is a registry at all; later ones may fail.
    let names = services.length > 0 ? services : await readServices(session);
    while (!signal.aborted) {
      for (const name of names) if (!followed.has(name)) followed.set(name, follow(registry, name, session));
      await sleep(clock, NEW_SERVICES_MS, signal).catch(() => {});
      if (services.length === 0 && !signal.aborted) names = await readServices(session).catch(() => []);
    }
  } finally {
    await registry.close();
    await Promise.all(followed.values());
  }
  return true;
}

async function follow(registry: ServiceRegistry, service: string, session: Session): Promise<void> {
  let before = new Map<string, ServiceInstance>();
  for await (const { instances } of registry.watch(service, session.signal)) {
    const now = new Map(instances.map((instance) => [instance.id, instance]));
    for (const [id, instance] of before) if (!now.has(id)) print('gone', instance, session);
    for (const [id, instance] of now) {
      const old = before.get(id);
      if (!old) print('came', instance, session);
      else if (JSON.stringify(old) !== JSON.stringify(instance)) print('changed', instance, session);
    }
    before = now;
  }
}

function print(change: Change, instance: ServiceInstance, { json, clock, terminal }: Session): void {
  const at = new Date(clock.now()).toISOString();
  if (json) return terminal.out(printableJson({ at, change, instance }));
  const { service, id, status } = instance;
  terminal.out(printable(`${at} ${SIGNS[change]} ${service} ${id} ${addressOf(instance)} ${status}`));
}
