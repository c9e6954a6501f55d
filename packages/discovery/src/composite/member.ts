import { type Backoff, type Clock, messageOf, runInFreshContext, sleep, within } from '@rookery/common';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { type Opinion } from './choose.js';

/**
 * A registry that has not answered in this time, in milliseconds, is lost for now: the next one is to answer before
 * those who ask give up.
 */
export const PATIENCE_MS = 2_000;

/** What following a member needs. */
export interface MemberParts {
  readonly clock: Clock;
  readonly retryPause: Backoff;
}

/** Asks one registry for the list of a service, in bounded time; never rejects. */
export async function askMember(
  member: RegistryBackend,
  service: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Opinion> {
  try {
    const late = () => new Error(`${member.description} took longer than ${PATIENCE_MS} ms`);
    const ask = (inner: AbortSignal) => member.list(service, inner);
    const { instances } = await within(clock, PATIENCE_MS, ask, { signal, late, background: true });
    return { kind: 'list', instances };
  } catch (error) {
    return { kind: 'lost', error };
  }
}

/** Follows one registry until the signal aborts, whatever happens to it, and tells each change of its opinion. */
export function followMember(
  member: RegistryBackend,
  service: string,
  { clock, retryPause }: MemberParts,
  signal: AbortSignal,
  tell: (opinion: Opinion) => void,
): Promise<void> {
  const lose = (error: unknown) => {
    if (!signal.aborted) tell({ kind: 'lost', error });
  };
  const follow = async () => {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const late = () => lose(new Error(`${member.description} took longer than ${PATIENCE_MS} ms`));
      const patience = clock.schedule(PATIENCE_MS, late, { background: true });
      try {
        for await (const { instances } of member.watch(service, signal)) {
          attempt = 1;
          patience.cancel();
          tell({ kind: 'list', instances });
        }
        lose(new Error(`the watch of ${member.description} has ended`));
      } catch (error) {
        lose(error);
      } finally {
        patience.cancel();
      }
      await sleep(clock, retryPause(attempt), signal, { background: true }).catch(() => {});
    }
  };
  return runInFreshContext({}, follow);
}

/** One error for several registries that cannot be read. */
export function lostError(opinion: Opinion & { readonly kind: 'lost' }): Error {
  return new Error(`no registry has an instance, and one cannot be read: ${messageOf(opinion.error)}`, {
    cause: opinion.error,
  });
}
