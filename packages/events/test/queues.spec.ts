import { Injectable } from '@nestjs/common';
import { Signal } from '@rookery/common';
import {
  DeadLetters,
  EventBus,
  EventsModule,
  getQueueToken,
  InjectQueue,
  memoryBroker,
  type MessageQueue,
  OnEvent,
  Process,
  type RookeryEvent,
} from '@rookery/events';
import { TestApps } from './support/app.js';

const apps = new TestApps();
let calls: string[] = [];

beforeEach(() => (calls = []));
afterEach(() => apps.closeAll());

const emails = EventsModule.registerQueue({ name: 'emails' });
const settledAt = (number: number) => apps.until(`${number} calls`, () => calls.length >= number);

describe('a message queue', () => {
  it('hands each message to one of the consumers of all apps, and to no event handler', async () => {
    class Mailer {
      @Process('emails')
      send({ data }: RookeryEvent<number>, @Signal() signal?: AbortSignal) {
        calls.push(`${data} ${signal?.aborted}`);
      }
      @OnEvent('>')
      everything() {
        calls.push('event');
      }
    }
    @Injectable()
    class Sender {
      constructor(@InjectQueue('emails') readonly queue: MessageQueue<number>) {}
    }
    const broker = memoryBroker();
    const app = await apps.boot({
      imports: [emails],
      providers: [Sender],
      options: { broker, service: 'a' },
    });
    for (const service of ['b', 'c'])
      await apps.boot({ imports: [emails], providers: [Mailer], options: { broker, service } });
    for (let n = 0; n < 20; n += 1) await app.get(Sender).queue.publish(n);
    await settledAt(20);
    await apps.clock.advance(2_000);
    expect(calls.sort()).toEqual(Array.from({ length: 20 }, (_, n) => `${n} false`).sort());
  });

  it('may give a message the id of the event that it was made from', async () => {
    @Injectable()
    class Mailer {
      constructor(@InjectQueue('emails') private readonly queue: MessageQueue<string>) {}

      @OnEvent('user.created')
      created({ id }: RookeryEvent<string>) {
        return this.queue.publish('welcome', { id });
      }

      @Process('emails')
      send({ id, data }: RookeryEvent<string>) {
        calls.push(`${data} ${id}`);
      }
    }
    const app = await apps.boot({ imports: [emails], providers: [Mailer] });
    await app.get(EventBus).publish('user.created', 'Ada', { id: 'one' });
    await settledAt(1);
    expect(calls).toEqual(['welcome one']);
  });

  it('tries three times more, then gives the message to the dead letters', async () => {
    class Mailer {
      @Process('emails')
      send() {
        calls.push('try');
        throw new Error('mailbox full');
      }
    }
    const app = await apps.boot({ imports: [emails], providers: [Mailer] });
    await app.get<MessageQueue>(getQueueToken('emails')).publish({ to: 'ada' });
    const letters = () => app.get(DeadLetters).list({ group: 'queue:emails' });
    await apps.until('dead', async () => (await letters()).length === 1);
    expect(calls).toHaveLength(4);
    expect((await letters())[0]).toMatchObject({ attempts: 4, event: { data: { to: 'ada' } } });
  });

  it('spares its consumers what expired while it waited', async () => {
    const app = await apps.boot({ imports: [emails] });
    const queue = app.get<MessageQueue<string>>(getQueueToken('emails'), { strict: false });
    await queue.publish('of the moment', { expiresIn: '10s' });
    await queue.publish('of the day', { expiresIn: '1d' });
    await apps.clock.advance(10_000);
    await queue.consume(({ data }) => void calls.push(data));
    await apps.until('the other one', () => calls.length > 0);
    await apps.clock.advance(60_000);
    expect([calls, await app.get(DeadLetters).list()]).toEqual([['of the day'], []]);
  });

  it('keeps messages until somebody consumes them, and holds delayed ones back', async () => {
    const app = await apps.boot({ imports: [emails] });
    const queue = app.get<MessageQueue<string>>(getQueueToken('emails'));
    await queue.publish('later', { delay: '1m' });
    await queue.publish('now');
    await queue.consume(({ data }) => calls.push(data));
    await settledAt(1);
    await apps.clock.advance(55_000);
    expect(calls).toEqual(['now']);
    await settledAt(2);
    await expect(queue.publish('x', { delay: -1 })).rejects.toThrow('delay: Invalid value -1');
    await expect(queue.publish('x', { delay: '1m', expiresIn: '60s' })).rejects.toThrow(
      'more than the delay',
    );
    expect((await app.get(EventBus).status())[0]).toMatchObject({ group: 'queue:emails' });
  });

  it('can be registered by several modules that agree, and by none that do not', async () => {
    const again = EventsModule.registerQueue({ name: 'emails' });
    await apps.boot({ imports: [emails, again] });
    const other = EventsModule.registerQueue({ name: 'emails', maxRetries: 9 });
    await expect(apps.boot({ imports: [emails, other] })).rejects.toThrow(
      'registered twice with different options',
    );
  });

  it('that nobody registered fails the boot, as does a second processor or a bad option', async () => {
    class Mailer {
      @Process('emials')
      send() {}
    }
    await expect(apps.boot({ imports: [emails], providers: [Mailer] })).rejects.toThrow(
      '@Process("emials") on Mailer.send: No queue has the name "emials". Registered: emails.',
    );
    class Two {
      @Process('emails')
      one() {}
      @Process('emails')
      two() {}
    }
    await expect(apps.boot({ imports: [emails], providers: [Two] })).rejects.toThrow(
      'Two.one processes this queue',
    );
    expect(() => EventsModule.registerQueue({ name: 'e mails' })).toThrow('name: Invalid value "e mails"');
    expect(() => EventsModule.registerQueue({ name: 'emails', maxRetries: 1.5 })).toThrow(
      'maxRetries: Invalid',
    );
  });
});
