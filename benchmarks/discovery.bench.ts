import { fleet10000 } from './discovery/fleet.ts';
import { embeddedHops, natsHops } from './discovery/hops.ts';
import { kill } from './discovery/kill.ts';
import { comparePicks } from './discovery/picks.ts';
import { fastFailing, slow } from './discovery/shares.ts';
import { type Suite } from './suite.ts';

const suite: Suite = async () => {
  const overNats = await natsHops();
  const embedded = await embeddedHops();
  return {
    'pick-1000': await comparePicks(1_000),
    'fast-failing': await fastFailing(),
    slow: await slow(),
    join: embedded.join,
    leave: embedded.leave,
    'join-nats': overNats.join,
    'leave-nats': overNats.leave,
    kill: await kill(),
    ...(await fleet10000()),
  };
};

export default suite;
