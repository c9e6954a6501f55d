import { Mailbox } from './mailbox.js';

describe('a mailbox', () => {
  it('gives messages to those who wait, in the order in which they asked', async () => {
    const mailbox = new Mailbox<string>();
    const taken = [mailbox.take(), mailbox.take()];
    mailbox.give('a');
    expect(await mailbox.wanted()).toBe(true);
    mailbox.give('b');
    expect(await Promise.all(taken)).toEqual([
      { done: false, value: 'a' },
      { done: false, value: 'b' },
    ]);
    expect(mailbox.reading).toBe(false);
  });

  it('tells the first who waits what it has failed with, and all others that it is over', async () => {
    const mailbox = new Mailbox<string>();
    const error = new Error('broken');
    const taken = Promise.allSettled([mailbox.take(), mailbox.take()]);
    mailbox.end({ error });
    const done = { status: 'fulfilled', value: { done: true, value: undefined } };
    expect(await taken).toEqual([{ status: 'rejected', reason: error }, done]);
    expect(await mailbox.take()).toEqual(done.value);
  });

  it('tells the next who asks, where nobody waited for the end', async () => {
    const mailbox = new Mailbox<string>();
    mailbox.end({ error: new Error('broken') });
    await expect(mailbox.take()).rejects.toThrow('broken');
    expect(await mailbox.take()).toEqual({ done: true, value: undefined });
  });

  it('lets the try wait until somebody asks or leaves', async () => {
    const mailbox = new Mailbox<string>();
    const asked = mailbox.wanted();
    const taken = mailbox.take();
    expect(await asked).toBe(true);
    mailbox.give('a');
    await taken;
    const left = mailbox.wanted();
    mailbox.leave();
    expect(await left).toBe(false);
  });
});
