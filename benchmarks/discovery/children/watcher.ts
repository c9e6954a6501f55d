import { hostNow } from '../host-clock.ts';
import { type WatcherReport } from '../messages.ts';
import { wayOf } from '../ways/ways.ts';

const report = (what: WatcherReport) => process.send?.(what);

process.on('disconnect', () => process.exit());
const way = await wayOf(process.argv.slice(2));
report({ watching: await way.watch((id, there) => report({ id, there, at: hostNow() })) });
