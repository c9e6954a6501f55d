import { messageOf, sleep } from '@rookery/common';
import { type ServiceInstance } from '@rookery/discovery';
import { readInstances, type Session } from '../session.js';
import { instanceTable } from '../table.js';
import { printable, printableJson } from '../terminal.js';

/** Moves to the first cell and clears what is below (ECMA-48 CUP and ED). */
const CLEAR = '\u001b[H\u001b[J';

/**
 * Shows the instances again and again. While the registry does not answer the last table stays, and says so. What an
 * instance is doing the registry does not know: `SHARE` is what its weight asks for.
 */
export async function showTop(session: Session): Promise<boolean> {
  const { clock, signal, terminal, json, intervalMs, count = Infinity } = session;
  let instances: readonly ServiceInstance[] | undefined;
  for (let shown = 0; shown < count && !signal.aborted; shown += 1) {
    if (shown > 0) await sleep(clock, intervalMs, signal).catch(() => {});
    if (signal.aborted) break;
    let problem: string | undefined;
    try {
      instances = await readInstances(session);
    } catch (error) {
      if (signal.aborted) break;
      // Without a first table there is nothing to keep.
      if (!instances) throw error;
      problem = printable(messageOf(error));
    }
    if (json)
      terminal.out(printableJson({ at: new Date(clock.now()).toISOString(), stale: !!problem, instances }));
    else terminal.out(page(session, instances, problem));
  }
  return true;
}

function page(
  { backend, clock, terminal }: Session,
  instances: readonly ServiceInstance[],
  problem?: string,
): string {
  const up = instances.filter(({ status }) => status === 'up').length;
  const facts = `${up} up, ${instances.length - up} draining in ${printable(backend.description)}`;
  const title =
    problem === undefined ? facts : `${facts}; as it was, the registry does not answer: ${problem}`;
  const lines = [title, '', ...instanceTable(instances, clock.now(), backend)];
  return terminal.interactive ? `${CLEAR}${lines.join('\n')}` : `${lines.join('\n')}\n`;
}
