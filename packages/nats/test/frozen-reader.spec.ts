import { fileURLToPath } from 'node:url';
import { sleep, systemClock } from '@rookery/common';
import { ServiceRegistry } from '@rookery/discovery';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers, eventually, FleetHarness } from '@rookery/testing';
import { newNamespace, removeNamespace, SERVERS } from './buckets.js';

const script = fileURLToPath(new URL('fixtures/reader.mjs', import.meta.url));
const itWithNats = (await engineAnswers('nats')) ? it : it.skip;

describe('a reader of the registry in nats that is frozen for longer than leases last', () => {
  itWithNats('never lists nobody afterwards, although it has read no beat, and sees what comes', async () => {
    const namespace = newNamespace();
    const members = new ServiceRegistry({
      backend: natsRegistry({ servers: SERVERS, namespace }),
      ttl: '2s',
    });
    const member = (id: string) => members.register({ service: 'users', id, host: '127.0.0.1', port: 1 });
    const fleet = await FleetHarness.create();
    try {
      await member('a');
      const reader = fleet.start({ name: 'reader', script, args: [...SERVERS, namespace] });
      await eventually('the list', () => reader.lines.includes('["a"]'));
      reader.signal('SIGSTOP');
      await sleep(systemClock, 5_000);
      reader.signal('SIGCONT');
      await member('b');
      await eventually('who comes', () => reader.lines.includes('["a","b"]'));
      expect(reader.lines).not.toContain('[]');
    } finally {
      await fleet.stop();
      await members.close();
      await removeNamespace(namespace);
    }
  });
});
