import { CASES } from './interop/cases.js';
import { nestServer } from './interop/nest-server.js';
import { ourClient } from './interop/our-client.js';
import { plainServer } from './interop/plain-server.js';

/** How many calls to make, over all cases: `ROOKERY_SOAK=10000`. Takes minutes, so it is left out unless it is asked for. */
const calls = Number(process.env['ROOKERY_SOAK'] ?? 0);
const cases = Object.entries(CASES);

(calls > 0 ? describe : describe.skip)(`${calls} calls in turn over one channel`, () => {
  it.each([
    ['a plain server', plainServer],
    ['our server', nestServer],
  ] as const)(
    'lose none with %s',
    async (_name, start) => {
      const server = await start();
      const client = await ourClient(server.port);
      const failed: string[] = [];
      for (let call = 0; call < calls; call += 1) {
        const [name, run] = cases[call % cases.length] ?? [];
        if (!name || !run) throw new Error('There are no cases.');
        await run(client, server).catch((error: unknown) => failed.push(`${call} ${name}: ${String(error)}`));
      }
      await client.close();
      await server.close();
      expect(failed).toEqual([]);
    },
    3_600_000,
  );
});
