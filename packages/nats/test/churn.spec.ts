import { sampleInstance } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers } from '@rookery/testing';
import { newNamespace, removeNamespace, SERVERS } from './buckets.js';

const NEVER = new AbortController().signal;
const describeWithNats = (await engineAnswers('nats')) ? describe : describe.skip;

describeWithNats('a service whose instances come and go all the time', () => {
  it('is listed nevertheless, though the server miscounts what is still to be read', async () => {
    const namespace = newNamespace();
    const connect = () => natsRegistry({ servers: SERVERS, namespace, timeout: '10s' });
    const [near, far] = [connect(), connect()];
    const stays = await near.register(sampleInstance({ id: 'stays' }), 60_000, NEVER);
    const enough = new AbortController();
    const churn = async (id: string) => {
      while (!enough.signal.aborted)
        await (await near.register(sampleInstance({ id }), 60_000, NEVER)).release(NEVER);
    };
    const churning = Promise.all(['a', 'b', 'c'].map(churn));
    try {
      for (let reading = 0; reading < 50; reading += 1) {
        const { instances } = await far.list('users', NEVER);
        expect(instances.map(({ id }) => id)).toContain('stays');
      }
    } finally {
      enough.abort();
      await churning;
      await stays.release(NEVER);
      await removeNamespace(namespace);
    }
  });
});
