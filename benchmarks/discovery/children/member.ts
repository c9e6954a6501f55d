import { hostNow } from '../host-clock.ts';
import { type MemberCommand, type MemberReport } from '../messages.ts';
import { wayOf } from '../ways/ways.ts';

const way = await wayOf(process.argv.slice(2));

async function obey(command: MemberCommand): Promise<void> {
  const begunAt = hostNow();
  if ('join' in command) await way.join(command.join);
  else await way.leave(command.leave);
  process.send?.({ begunAt } satisfies MemberReport);
}

process.on('message', (command: MemberCommand) => void obey(command));
process.on('disconnect', () => process.exit());
