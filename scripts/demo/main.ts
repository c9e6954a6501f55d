import { parseArgs } from 'node:util';
import { Collector } from './collector.ts';
import { DemoFleet } from './demo-fleet.ts';
import { run } from './run.ts';
import { Story } from './story.ts';

const { values: flags } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const story = new Story();
const collector = await Collector.start();
const fleet = await DemoFleet.create(collector.endpoint, (line, { name }) => {
  if (flags.verbose) console.log(`   [${name}] ${line}`);
});

let stopping: Promise<void> | undefined;

/** Stops what was started, once, whoever asks first. */
function stop(): Promise<void> {
  stopping ??= fleet.stop().then(() => collector.stop());
  return stopping;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stop().then(() => process.exit(story.holds ? 0 : 1)));
}

try {
  await run(story, fleet, collector);
  if (!flags.once) {
    story.tell('', 'The fleet stays up until you press Ctrl-C.');
    await new Promise(() => setInterval(() => {}, 60_000));
  }
} catch (error) {
  story.check(`The demo could not go on: ${error instanceof Error ? error.message : String(error)}`, false);
} finally {
  await stop();
}
console.log(story.holds ? '\nEverything held.' : '\nSomething did not hold: see ✘ above.');
process.exitCode = story.holds ? 0 : 1;
