import { ReplyChannels } from './reply-channels.js';

/** A connection that notes what it is told, and whose subscriptions the test refuses. */
function fakeSubscriber() {
  const told: string[] = [];
  const refusals: ((error: Error) => void)[] = [];
  return {
    told,
    refusals,
    subscribe(name: string) {
      told.push(`+${name}`);
      return new Promise<unknown>((_resolve, reject) => refusals.push(reject));
    },
    unsubscribe(name: string) {
      told.push(`-${name}`);
      return Promise.resolve();
    },
  };
}

describe('the channels of answers', () => {
  it('are subscribed once for all who wait, until the last one leaves', () => {
    const subscriber = fakeSubscriber();
    const channels = new ReplyChannels();
    const [first, second] = [channels.join(subscriber, 'a'), channels.join(subscriber, 'a')];
    expect(second.ready).toBe(first.ready);
    first.leave();
    expect(subscriber.told).toEqual(['+a']);
    second.leave();
    expect(subscriber.told).toEqual(['+a', '-a']);
  });

  it('stay with those who use them when one leaves late that could not be subscribed', async () => {
    const subscriber = fakeSubscriber();
    const channels = new ReplyChannels();
    const failed = channels.join(subscriber, 'a');
    subscriber.refusals[0]?.(new Error('no connection'));
    await expect(failed.ready).rejects.toThrow('no connection');
    const later = channels.join(subscriber, 'a');
    failed.leave();
    expect(subscriber.told).toEqual(['+a', '+a']);
    later.leave();
    expect(subscriber.told).toEqual(['+a', '+a', '-a']);
  });
});
