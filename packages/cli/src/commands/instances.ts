import { type Session, readInstances } from '../session.js';
import { instanceTable } from '../table.js';
import { printableJson } from '../terminal.js';

/** Lists the instances once. Returns whether every service that was named has one. */
export async function listInstances(session: Session): Promise<boolean> {
  const { terminal, services, clock, backend, json } = session;
  const instances = await readInstances(session);
  if (json) terminal.out(printableJson(instances, 2));
  else if (instances.length > 0)
    for (const line of instanceTable(instances, clock.now(), backend)) terminal.out(line);
  const missing = services.filter((name) => !instances.some(({ service }) => service === name));
  if (missing.length > 0) terminal.err(`No instance of ${missing.join(', ')} in ${backend.description}.`);
  else if (instances.length === 0) terminal.err(`Nobody is registered in ${backend.description}.`);
  return missing.length === 0;
}
