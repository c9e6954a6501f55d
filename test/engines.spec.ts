import { type Engine, ENGINE_PORTS, engineAnswers } from '@rookery/testing';

// Asked first, because Jest wants to know while it collects tests which of them it will skip.
const answers = new Map<Engine, boolean>();
for (const engine of Object.keys(ENGINE_PORTS) as Engine[]) answers.set(engine, await engineAnswers(engine));

describe('engines', () => {
  for (const [engine, up] of answers) {
    (up ? it : it.skip)(`${engine} answers on its standard port`, async () => {
      await expect(engineAnswers(engine)).resolves.toBe(true);
    });
  }
});
