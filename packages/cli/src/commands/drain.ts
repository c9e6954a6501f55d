import { isRookeryError } from '@rookery/common';
import { type InstanceStatus, requestStatus, type ServiceInstance } from '@rookery/discovery';
import { askerName } from '../asker.js';
import { UsageError } from '../errors/usage.error.js';
import { readInstances, type Session } from '../session.js';
import { printable, printableJson } from '../terminal.js';

/** A message names this many ids of those that there are. */
const MOST_IDS = 20;

/**
 * Asks an instance to drain, or with `--undo` to be up again, and waits until the registry shows it. Returns whether it
 * answered: it need not be there, and need not follow requests.
 */
export async function drainInstance(session: Session): Promise<boolean> {
  const { backend, terminal, clock, signal, undo, timeoutMs } = session;
  if (backend.readOnly) throw new UsageError(nobodyToAsk(backend.description));
  const listed = await readInstances(session);
  const target = await theOne(listed, session);
  if (!target) return false;
  const asked = undo ? 'up' : 'draining';
  try {
    const facts = { status: asked, by: askerName(), timeout: timeoutMs, clock, signal } as const;
    tell(target, asked, await requestStatus(backend, target, facts), listed, session);
    return true;
  } catch (error) {
    if (signal.aborted) terminal.err('The request was taken back before it was answered.');
    else if (isUnanswered(error)) await tellSilence(target, error, session);
    else throw error;
    return false;
  }
}

async function theOne(
  listed: readonly ServiceInstance[],
  session: Session,
): Promise<ServiceInstance | undefined> {
  const { instance } = session;
  const [found, ...others] = listed.filter(({ id }) => id === instance);
  if (found && others.length > 0) {
    const names = [found, ...others].map(({ service }) => service).join(', ');
    throw new UsageError(`${instance} is an instance of ${names}. Name one with --service.`);
  }
  if (!found) await tellAbsence(listed, session);
  return found;
}

async function tellAbsence(listed: readonly ServiceInstance[], session: Session): Promise<void> {
  const { instance, backend, terminal, services } = session;
  const [service] = services;
  const all = service === undefined ? listed : await readInstances({ ...session, services: [] });
  const owners = all.filter(({ id }) => id === instance).map((owner) => owner.service);
  const whom = service === undefined ? instance : `${instance} of ${service}`;
  const hint = owners.length > 0 ? `It is an instance of ${owners.join(', ')}` : `There ${idsOf(all)}`;
  terminal.err(`No instance ${whom} in ${backend.description}. ${hint}.`);
}

function idsOf(listed: readonly ServiceInstance[]): string {
  if (listed.length === 0) return 'is nobody';
  const more = listed.length > MOST_IDS ? ` and ${listed.length - MOST_IDS} more` : '';
  const ids = listed.slice(0, MOST_IDS).map(({ id }) => id);
  return `${listed.length === 1 ? 'is' : 'are'} ${ids.join(', ')}${more}`;
}

function tell(
  target: ServiceInstance,
  asked: InstanceStatus,
  status: InstanceStatus,
  listed: readonly ServiceInstance[],
  { json, clock, terminal }: Session,
): void {
  const { service, id } = target;
  const at = new Date(clock.now()).toISOString();
  if (json) return terminal.out(printableJson({ at, service, id, asked, answered: true, status }));
  const others = listed.filter((other) => other.service === service && other.id !== id);
  const alone = !others.some((other) => other.status === 'up');
  terminal.out(printable(`${id} of ${service} ${consequence(asked, status, alone)}`));
}

function consequence(asked: InstanceStatus, status: InstanceStatus, alone: boolean): string {
  if (status === 'up') return 'is up.';
  if (asked === 'up') return 'is not held back any more. It is not ready, and is up as soon as it is.';
  return alone
    ? 'is draining. No other instance is up, so it is still called until one is.'
    : 'is draining. New calls go to the others.';
}

async function tellSilence(target: ServiceInstance, error: Error, session: Session): Promise<void> {
  const { json, clock, terminal, undo } = session;
  const { service, id } = target;
  const at = new Date(clock.now()).toISOString();
  const asked = undo ? 'up' : 'draining';
  if (json) terminal.out(printableJson({ at, service, id, asked, answered: false }));
  const left = await readInstances({ ...session, services: [service] }).then(
    (listed) => !listed.some((other) => other.id === id),
    () => false,
  );
  terminal.err(left ? `${id} of ${service} has left the registry.` : error.message);
}

/** Not when the registry did not take the request: then nobody was asked. */
function isUnanswered(error: unknown): error is Error {
  return isRookeryError(error, 'UNANSWERED_REQUEST') && error.cause === undefined;
}

function nobodyToAsk(registry: string): string {
  return (
    `Nobody can be asked to drain in ${registry}: it is only looked up, and no process registers there. ` +
    'Take the instance off that list, or end its process with SIGTERM.'
  );
}
