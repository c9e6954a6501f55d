import { hostNow } from '../host-clock.ts';
import { type PollCommand, type Sighting } from '../messages.ts';

const periodMs = Number(process.argv[2]);

/** Asks whether a process is there until it is not: what one would write by hand. The id is its number. */
process.on('message', ({ pid }: PollCommand) => {
  const timer = setInterval(() => {
    if (runs(pid)) return;
    clearInterval(timer);
    process.send?.({ id: String(pid), there: false, at: hostNow() } satisfies Sighting);
  }, periodMs);
});
process.on('disconnect', () => process.exit());

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
