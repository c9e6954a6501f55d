import { type Order, type User } from '@demo/contracts';
import { type ServiceInstance } from '@rookery/discovery';
import { eventually, type FleetProcess } from '@rookery/testing';
import { type Collector, SERVER } from './collector.ts';
import { type DemoFleet } from './demo-fleet.ts';
import { OrderDesk, type Placement, quantile } from './orders.ts';
import { type Story } from './story.ts';
import { shortId, traceTree } from './trace-tree.ts';

const PEOPLE = ['Ada', 'Barbara', 'Edsger', 'Grace', 'Leslie'];
const ORDERS_IN_THE_KILL = 400;

/** The demo, chapter by chapter. */
export async function run(story: Story, fleet: DemoFleet, collector: Collector): Promise<void> {
  story.chapter('Four processes start and find each other');
  const users = [fleet.start('user-service'), fleet.start('user-service')];
  const orders = [fleet.start('order-service'), fleet.start('order-service')];
  const userInstances = await fleet.instances('user-service', 2);
  const orderInstances = await fleet.instances('order-service', 2);
  const running = [...users, ...orders];
  for (const instance of [...userInstances, ...orderInstances]) story.tell(describe(instance));
  story.check(
    '2 x user-service and 2 x order-service are registered',
    running.every((one) => one.running),
  );
  const people = await createUsers(urlOf(userInstances[0]), PEOPLE);
  story.tell(`${people.length} users were created: ${people.map(({ name }) => name).join(', ')}`);

  story.chapter('Orders are placed; each looks its user up over HTTP, and over gRPC what he may order for');
  const desk = new OrderDesk(orderInstances.map(urlOf));
  const calm = await desk.load(people, 60, 10);
  story.check(
    `${calm.length} orders placed`,
    calm.every(({ status }) => status === 201),
  );
  const spread = await lookupsByInstance(collector, calm.length);
  for (const [instance, count] of spread)
    story.tell(`user-service ${shortId(instance)} answered ${count} lookups`);
  story.check('both user-services took their share', spread.size === 2 && Math.min(...spread.values()) >= 5);

  story.chapter('One user-service is killed with SIGKILL while orders come in');
  const [victim, survivor] = users as [FleetProcess, FleetProcess];
  const underFire = await desk.load(people, ORDERS_IN_THE_KILL, 10, {
    130: () => victim.signal('SIGKILL'),
  });
  const failed = underFire.filter(({ status }) => status !== 201);
  const ms = underFire.map((placement) => placement.ms);
  story.tell(`slowest ${Math.max(...ms).toFixed(0)} ms, median ${quantile(ms, 0.5).toFixed(1)} ms`);
  for (const { status, body } of failed.slice(0, 3))
    story.tell(`failed with ${status}: ${JSON.stringify(body)}`);
  story.check(
    `${underFire.length} orders placed, ${failed.length} failed`,
    failed.length === 0 && underFire.length >= 300,
  );
  story.check(
    'the registry lists only the survivor',
    (await fleet.instances('user-service', 1)).length === 1,
  );
  await everyOrderCountedOnce(
    story,
    urlOf((await fleet.instances('user-service', 1))[0]),
    people,
    desk.accepted,
  );

  story.chapter('Both are gone: the circuit opens');
  const burst = desk.load(people, 60, 1);
  await eventually(
    'orders of the burst are accepted',
    () => desk.accepted.length > calm.length + underFire.length + 5,
  );
  await survivor.kill();
  const refusedInBurst = (await burst).filter(({ status }) => status !== 201);
  story.tell(
    `${refusedInBurst.length} orders of the last burst were refused, the others are accepted for good`,
  );
  const refusal = await eventually('the circuit opens', async () => {
    const placement = await placeOne(desk, people);
    return (placement.body as { code?: string }).code === 'CIRCUIT_OPEN' && placement;
  });
  story.tell(
    `POST /orders answers ${refusal.status} in ${refusal.ms.toFixed(1)} ms: ${JSON.stringify(refusal.body)}`,
  );
  story.check(
    'an open circuit answers 503 with Retry-After',
    refusal.status === 503 && refusal.retryAfter !== null,
  );

  story.chapter('They come back: the circuit closes, and what was announced meanwhile arrives');
  fleet.start('user-service');
  fleet.start('user-service');
  const [revived] = await fleet.instances('user-service', 2);
  const trials = await untilClosed(desk, people);
  story.tell(`${trials} orders later, the circuits of both order-services are closed`);
  const recovered = await desk.load(people, 30, 10);
  story.check(
    `${recovered.length} orders placed again, none failed`,
    recovered.every(({ status }) => status === 201),
  );
  await everyOrderCountedOnce(story, urlOf(revived), people, desk.accepted);
  await everyOrderConfirmed(story, orderInstances, desk.accepted);

  story.chapter('One order, across the processes, as one trace');
  await tellTrace(story, collector, desk, people);

  story.chapter('Try it yourself');
  const [you] = await createUsers(urlOf(revived), ['You']);
  tellCurlLines(story, orderInstances[0], revived, you);
}

function describe({ service, id, host, port }: ServiceInstance): string {
  return `${service.padEnd(14)} ${shortId(id)}  http://${host}:${port}`;
}

function urlOf(instance: ServiceInstance | undefined): string {
  if (!instance) throw new Error('There is no instance.');
  return `http://${instance.host}:${instance.port}`;
}

async function createUsers(url: string, names: readonly string[]): Promise<User[]> {
  return Promise.all(
    names.map(async (name) => {
      const response = await fetch(`${url}/users`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, email: `${name.toLowerCase()}@example.com` }),
      });
      return (await response.json()) as User;
    }),
  );
}

function placeOne(desk: OrderDesk, [user]: readonly User[]): Promise<Placement> {
  if (!user) throw new Error('There is no user.');
  return desk.place(user);
}

/**
 * Places single orders until so many in a row were accepted that the circuit of each order-service must have closed: a
 * half-open one admits three trials, and opens again when one of them fails.
 */
async function untilClosed(desk: OrderDesk, people: readonly User[]): Promise<number> {
  let trials = 0;
  let inARow = 0;
  await eventually('the circuits close', async () => {
    trials += 1;
    inARow = (await placeOne(desk, people)).status === 201 ? inARow + 1 : 0;
    return inARow >= 8;
  });
  return trials;
}

/** How many user lookups each user-service answered, once the spans of all of them have come in. */
function lookupsByInstance(collector: Collector, expected: number): Promise<Map<string, number>> {
  return eventually('the spans of all lookups', () => {
    const counts = new Map<string, number>();
    for (const { kind, name, instance } of collector.spans) {
      if (kind === SERVER && name === 'GET /users/:id') counts.set(instance, (counts.get(instance) ?? 0) + 1);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return total >= expected && counts;
  });
}

async function everyOrderCountedOnce(
  story: Story,
  url: string,
  people: User[],
  accepted: Order[],
): Promise<void> {
  const expected = accepted.map(({ id }) => id).sort();
  const read = async (): Promise<string[]> => {
    const histories = await Promise.all(
      people.map(async ({ id }) => (await (await fetch(`${url}/users/${id}/orders`)).json()) as Order[]),
    );
    return histories.flat().map(({ id }) => id);
  };
  const counted = await eventually("every order in its user's history", async () => {
    const ids = await read();
    return ids.length >= expected.length && ids;
  });
  story.check(
    `${expected.length} accepted orders, each exactly once in its user's history`,
    JSON.stringify(counted.sort()) === JSON.stringify(expected),
  );
}

async function everyOrderConfirmed(
  story: Story,
  instances: readonly ServiceInstance[],
  accepted: Order[],
): Promise<void> {
  const url = urlOf(instances[0]);
  const confirmed = await eventually('every order confirmed', async () => {
    const orders = await Promise.all(
      accepted.map(
        async ({ id }) => (await (await fetch(`${url}/orders/${id}`)).json()) as { confirmed: boolean },
      ),
    );
    return orders.every((order) => order.confirmed) && orders.length;
  });
  story.check(`${confirmed} confirmations went through the queue`, confirmed === accepted.length);
}

async function tellTrace(story: Story, collector: Collector, desk: OrderDesk, [user]: User[]): Promise<void> {
  if (!user) throw new Error('There is no user.');
  const traceId = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const { order } = await desk.place(user, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
  const spans = await eventually('the trace of one order', () => {
    const seen = collector.trace(traceId);
    const names = seen.map(({ name }) => name);
    return names.includes('process order.placed') && names.includes('POST /orders') && seen;
  });
  story.tell(`order ${order?.id ?? 'none'}, trace ${traceId}`, ...traceTree(spans));
  const services = new Set(spans.map(({ service }) => service));
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''));
  story.check('one tree, across both services', services.size === 2 && roots.length === 1);
}

function tellCurlLines(
  story: Story,
  order: ServiceInstance | undefined,
  user: ServiceInstance | undefined,
  person: User | undefined,
): void {
  const body = JSON.stringify({ userId: person?.id, item: 'a nest box', amount: 4200 });
  story.tell(
    `curl -s ${urlOf(order)}/orders -H 'content-type: application/json' -d '${body}'`,
    `curl -s ${urlOf(user)}/users/${person?.id ?? ''}/orders`,
    `curl -s ${urlOf(order)}/health`,
    `curl -s ${urlOf(order)}/orders -H 'content-type: application/json' -d '{"amount":-1}'`,
  );
}
