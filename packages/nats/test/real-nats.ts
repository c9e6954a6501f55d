import { type EngineServer } from '@rookery/testing';

/** The option `servers` for a server of a test's own. */
export function serversOf({ port }: EngineServer): string[] {
  return [`127.0.0.1:${port}`];
}

/** How many are connected to it. */
export async function clientsOf({ sidePort }: EngineServer): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${sidePort}/connz`);
  const { num_connections } = (await answer.json()) as { num_connections: number };
  return num_connections;
}
