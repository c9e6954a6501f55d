import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, FleetHarness, type FleetProcess } from '@rookery/testing';
import { type Experiment } from './experiment.ts';
import { pause } from './fixtures/pause.ts';
import { type PickingStory } from './fixtures/picking-story.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';

const HOLDERS = 2;
const INSTANCES = 1_000;
const CHURN_MS = 60_000;
/** 30 % of the instances leave in each minute, and as many come. */
const CHURN_A_MINUTE = 300;
/**
 * The holders spread their registrations over a second. The rest is for what a busy machine takes to write a thousand leases and,
 * at the client, to read them.
 */
const JOINED_MS = 3_000;
const COMPLETE_MS = 5_000;
const MOST_CPU_SHARE = 0.05;
const MOST_STALE_SHARE = 0.001;

/**
 * Two processes hold 500 registrations each, with the default heart-beat, and exchange five a second. A third one, an
 * app with nothing but discovery, picks a hundred times a second; its CPU time is all that it uses, threads and the
 * collector of garbage too.
 */
const d7: Experiment = {
  title: `${INSTANCES} instances join in a second, then ${(100 * CHURN_A_MINUTE) / INSTANCES} % of them change every minute`,
  onEveryRegistry: true,
  async run(seed, options) {
    const releases = new Map<string, number>();
    const onLine = (line: string) => {
      const [word, id = '', at] = line.split(' ');
      if (word === 'released') releases.set(id, Number(at));
    };
    await using registry = await openRegistryPlace(options.registry);
    await using fleet = await FleetHarness.create({ onLine });
    const start = (name: string, script: string, ...args: (string | number)[]) =>
      fleet.start({
        name,
        script: join(import.meta.dirname, 'fixtures', script),
        args: [registry.place, ...args.map(String)],
      });
    const shares = [INSTANCES / HOLDERS, CHURN_A_MINUTE / HOLDERS] as const;
    const holders = Array.from({ length: HOLDERS }, (_, n) =>
      start(`holder-${n}`, 'lease-holder.ts', `h${n}`, ...shares, seed + n),
    );
    const storyFile = join(fleet.directory, 'story.json');
    const client = start('client', 'picking-client.ts', storyFile, INSTANCES);
    for (const process of [...holders, client]) await said(process, 'booted');

    const began = performance.now();
    for (const holder of holders) holder.signal('SIGUSR2');
    for (const holder of holders) await said(holder, 'joined');
    const joined = performance.now() - began;
    const [, , joinCpuMs = '0'] = (await said(client, 'complete')).split(' ');
    const complete = performance.now() - began;
    // What the second of joining has left behind, such as beats that all come together, belongs to what follows.
    client.signal('SIGUSR2');
    for (const holder of holders) holder.signal('SIGUSR2');
    await pause(CHURN_MS);
    await client.stop();
    const story = JSON.parse(readFileSync(storyFile, 'utf8')) as PickingStory;
    return judge(story, releases, { joined, complete, joinCpuMs: Number(joinCpuMs) });
  },
};

export default d7;

interface Joining {
  readonly joined: number;
  readonly complete: number;
  readonly joinCpuMs: number;
}

/** Waits for a line that begins with the word, and resolves with it. */
function said(process: FleetProcess, word: string): Promise<string> {
  const find = () => process.lines.find((line) => line === word || line.startsWith(`${word} `));
  return eventually(`"${word}" of ${process.name}`, find, { within: 60_000, every: 2 });
}

function judge(
  { cpuMs, wallMs, picks }: PickingStory,
  releases: ReadonlyMap<string, number>,
  { joined, complete, joinCpuMs }: Joining,
) {
  // From the moment on at which the registry has it no more: what it takes to tell the client is not forgiven.
  const stale = picks.filter(([id, at]) => at > (releases.get(id) ?? Infinity)).length;
  const cpu = cpuMs / wallMs;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return {
    sent: picks.length,
    ok: picks.length - stale,
    failed: stale,
    figures: {
      [`all ${INSTANCES} registered after ${joined.toFixed(0)} ms, at most ${JOINED_MS}`]:
        joined <= JOINED_MS,
      [`all known to the client after ${complete.toFixed(0)} ms, at most ${COMPLETE_MS}`]:
        complete <= COMPLETE_MS,
      [`CPU of the client while they change: ${percent(cpu)} of a core, at most ${percent(MOST_CPU_SHARE)} (not in it: ${joinCpuMs.toFixed(0)} ms of CPU for the joining)`]:
        cpu <= MOST_CPU_SHARE,
      [`picks of who was gone: ${stale} of ${picks.length}, at most ${percent(MOST_STALE_SHARE)}`]:
        picks.length > 0 && stale <= MOST_STALE_SHARE * picks.length,
      [`instances that have left: ${releases.size}, at least ${CHURN_A_MINUTE * 0.9}`]:
        releases.size >= CHURN_A_MINUTE * 0.9,
    },
  };
}
