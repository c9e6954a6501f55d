import {
  DeadLetters,
  defineEvent,
  EventBus,
  EventsModule,
  getQueueToken,
  memoryBroker,
  type MessageQueue,
  OnEvent,
  Process,
  type RookeryEvent,
} from '@rookery/events';
import { z } from 'zod';
import { TestApps } from './support/app.js';

const apps = new TestApps();
let handled: unknown[] = [];

beforeEach(() => (handled = []));
afterEach(() => apps.closeAll());

const UserCreated = defineEvent('user.created', {
  version: 2,
  schema: z.object({ id: z.number(), at: z.coerce.date(), email: z.string().nullable() }),
  upcasters: { 1: (data: object) => ({ ...data, email: null }) },
});

class Greeter {
  @OnEvent(UserCreated, { name: 'greet' })
  greet({ data, version }: RookeryEvent<{ id: number; at: Date; email: string | null }>) {
    handled.push([version, data]);
  }
}

const bootGreeter = async () => {
  const app = await apps.boot({ providers: [Greeter] });
  return { bus: app.get(EventBus), letters: () => app.get(DeadLetters).list() };
};
const at = '2026-01-01T00:00:00.000Z';

describe('an event with a contract', () => {
  it('is published with its version, as it was given, and handled as its schema has it', async () => {
    const { bus } = await bootGreeter();
    const sent = await bus.publish(UserCreated, { id: 1, at, email: 'a@b' });
    expect(sent).toMatchObject({ type: 'user.created', version: '2', data: { at } });
    await apps.until('handled', () => handled.length === 1);
    expect(handled).toEqual([['2', { id: 1, at: new Date(at), email: 'a@b' }]]);
  });

  it('is not published when its data does not fit, and the message does not hold the data', async () => {
    const { bus, letters } = await bootGreeter();
    const bad = bus.publish(UserCreated, { id: 'secret' as never, at, email: null });
    const message = 'Invalid event: data: It does not fit its schema at id.';
    await expect(bad).rejects.toMatchObject({ code: 'INVALID_EVENT', message, issues: [{ path: 'id' }] });
    await apps.clock.advance(60_000);
    expect([handled, await letters()]).toEqual([[], []]);
  });

  it('is not published when it would not fit on the other side any more', async () => {
    const { bus } = await bootGreeter();
    const Dated = defineEvent('dated', { schema: z.object({ at: z.date() }) });
    await expect(bus.publish(Dated, { at: new Date() })).rejects.toThrow('does not fit its schema at at.');
    await expect(bus.publish(Dated, 1n as never)).rejects.toThrow('JSON cannot carry it');
  });

  it('is published in no version but its own', async () => {
    const { bus } = await bootGreeter();
    const options = { version: '1' } as object;
    await expect(bus.publish(UserCreated, { id: 1, at, email: null }, options)).rejects.toThrow(
      'Leave it out',
    );
  });

  it('is brought to its version when an older publisher has sent it', async () => {
    const { bus } = await bootGreeter();
    await bus.publish('user.created', { id: 1, at }, { version: '1' });
    await apps.until('handled', () => handled.length === 1);
    expect(handled).toEqual([['2', { id: 1, at: new Date(at), email: null }]]);
  });

  it.each([
    ['is of a newer version', '3', { id: 1, at, email: null }],
    ['does not fit', '2', { id: 'one', at, email: null }],
  ])('goes to the dead letters without a try when it %s', async (_what, version, data) => {
    const { bus, letters } = await bootGreeter();
    await bus.publish('user.created', data, { version });
    await apps.until('dead', async () => (await letters()).length === 1);
    expect(await letters()).toMatchObject([{ attempts: 1, error: { name: 'EventMismatchError' } }]);
    expect(handled).toEqual([]);
  });

  it('can be subscribed to while the app runs', async () => {
    const app = await apps.boot({});
    const bus = app.get(EventBus);
    await bus.subscribe(UserCreated, ({ data: { at: when } }) => handled.push(when.getTime()), {
      name: 'late',
    });
    await bus.publish(UserCreated, { id: 1, at, email: null });
    await apps.until('handled', () => handled.length === 1);
    expect(handled).toEqual([Date.parse(at)]);
  });

  it('is held to it by the compiler', () => {
    class Typed {
      // @ts-expect-error The handler wants another shape.
      @OnEvent(UserCreated)
      wrong(event: RookeryEvent<{ name: string }>) {
        return event;
      }
    }
    expect(Typed).toBeDefined();
    // @ts-expect-error Data of another shape.
    const wrong = (bus: EventBus) => bus.publish(UserCreated, { id: 'x', at, email: null });
    expect(wrong).toBeDefined();
  });
});

describe('a queue with a schema', () => {
  class Mailer {
    @Process('emails')
    send({ data }: RookeryEvent<{ to: string; copies: number }>) {
      handled.push(data);
    }
  }
  const emails = EventsModule.registerQueue({
    name: 'emails',
    schema: z.object({ to: z.string(), copies: z.number().default(1) }),
  });
  const queueIn = (app: Awaited<ReturnType<typeof apps.boot>>) =>
    app.get<MessageQueue>(getQueueToken('emails'), { strict: false });

  it('takes and hands out what fits it only', async () => {
    const app = await apps.boot({ imports: [emails], providers: [Mailer] });
    await expect(queueIn(app).publish({ to: 7 })).rejects.toThrow('does not fit its schema at to');
    await queueIn(app).publish({ to: 'ada' });
    await apps.until('handled', () => handled.length === 1);
    expect(handled).toEqual([{ to: 'ada', copies: 1 }]);
  });

  it('sends what does not fit to the dead letters without a try', async () => {
    const anything = EventsModule.registerQueue({ name: 'emails' });
    const broker = memoryBroker();
    const sender = await apps.boot({ imports: [anything], options: { broker, service: 'sender' } });
    await queueIn(sender).publish({ to: 7 });
    const app = await apps.boot({ imports: [emails], providers: [Mailer], options: { broker } });
    const letters = () => app.get(DeadLetters).list();
    await apps.until('dead', async () => (await letters()).length === 1);
    expect([handled, await letters()]).toMatchObject([[], [{ attempts: 1 }]]);
  });
});
