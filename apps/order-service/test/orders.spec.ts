import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type INestApplication } from '@nestjs/common';
import { type Order, type User } from '@demo/contracts';
import { eventually } from '@rookery/testing';

const directory = await mkdtemp(join(tmpdir(), 'rookery-orders-'));
Object.assign(process.env, { DATA_DIR: directory, LOG_LEVEL: 'silent' });
// Imported after the environment is set, because the modules read it.
const { createApp: createUserApp } = await import('../../user-service/src/create-app.js');
const { createApp: createOrderApp } = await import('../src/create-app.js');

let userApp: INestApplication;
let orderApp: INestApplication;
let ada: User;

beforeAll(async () => {
  [userApp, orderApp] = [await createUserApp(), await createOrderApp()];
  await userApp.startAllMicroservices();
  await Promise.all([userApp, orderApp].map((app) => app.listen(0, '127.0.0.1')));
  ada = (await post(userApp, '/users', { name: 'Ada', email: 'ada@example.com' })).body as unknown as User;
  await eventually('user-service is found', async () => (await order({})).status === 201);
});

afterAll(async () => {
  await Promise.all([userApp.close(), orderApp.close()]);
  await rm(directory, { recursive: true });
});

async function answerOf(response: Response) {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function post(app: INestApplication, path: string, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  return answerOf(await fetch(`${await app.getUrl()}${path}`, { method: 'POST', headers, body: text }));
}

async function get(app: INestApplication, path: string) {
  return answerOf(await fetch(`${await app.getUrl()}${path}`));
}

const order = (changes: object) =>
  post(orderApp, '/orders', { userId: ada.id, item: 'a nest box', amount: 4_200, ...changes });

/** How many rows a table of one of the demo's databases has. */
function rows(database: string, table: string): number {
  const db = new DatabaseSync(join(directory, database), { readOnly: true });
  const row = db.prepare(`SELECT count(*) AS n FROM ${table}`).get();
  db.close();
  return Number(row?.['n']);
}

const traces = () => [rows('order-service.db', 'orders'), rows('events.db', 'log')];

describe('placing an order', () => {
  it('stores it, adds it to the history of its user and confirms it', async () => {
    const { status, body } = await order({});
    expect(status).toBe(201);
    expect(body).toMatchObject({ userId: ada.id, item: 'a nest box', amount: 4_200 });
    await eventually(
      'its confirmation',
      async () => (await get(orderApp, `/orders/${String(body['id'])}`)).body['confirmed'],
    );
    await eventually('its place in the history', async () => {
      const history = (await get(userApp, `/users/${ada.id}/orders`)).body as unknown as Order[];
      return history.some(({ id }) => id === body['id']);
    });
  });

  it.each<[string, unknown, number, RegExp]>([
    [
      'a user who does not exist',
      { userId: 'b37c94c2-056e-4295-99d0-e7a75241e51e' },
      422,
      /There is no user b37c94c2/,
    ],
    ['a user id that is none', { userId: '1 OR 1=1' }, 400, /userId: /],
    ['no user', { userId: undefined }, 400, /userId: /],
    ['a negative amount', { amount: -1 }, 400, /amount: /],
    ['an amount that is no whole number', { amount: 1.5 }, 400, /amount: /],
    ['an amount that is a text', { amount: '10' }, 400, /amount: /],
    ['an empty item', { item: '  ' }, 400, /item: /],
    ['a field that nobody asked for', { price: 0 }, 400, /price/],
  ])('refuses %s and leaves no trace', async (_what, changes, expected, message) => {
    const before = traces();
    const { status, body } = await order(changes as object);
    expect(status).toBe(expected);
    expect(String(body['message'])).toMatch(message);
    expect(traces()).toEqual(before);
  });

  it('refuses what is more than user-service lets the user order for', async () => {
    const rich = (await post(userApp, '/users', { name: 'Grace', email: 'grace@example.com' })).body;
    const big = { userId: rich['id'], amount: 60_000_000 };
    expect((await order(big)).status).toBe(201);
    await eventually('it counts', async () => {
      const history = (await get(userApp, `/users/${String(rich['id'])}/orders`)).body as unknown as Order[];
      return history.length === 1;
    });
    const before = rows('order-service.db', 'orders');
    const { status, body } = await order(big);
    expect(status).toBe(422);
    expect(body['message']).toBe(
      `amount: 60000000 is more than the 40000000 that user ${String(rich['id'])} may still order for.`,
    );
    expect(rows('order-service.db', 'orders')).toBe(before);
    expect((await order({ ...big, amount: 40_000_000 })).status).toBe(201);
  });

  it.each<[string, string, number]>([
    ['malformed JSON', '{"userId":', 400],
    ['a body that is no object', '[]', 400],
    ['an oversized body', JSON.stringify({ item: 'x'.repeat(200_000) }), 413],
  ])('refuses %s with a message and leaves no trace', async (_what, body, expected) => {
    const before = traces();
    const answer = await post(orderApp, '/orders', body);
    expect(answer.status).toBe(expected);
    expect(String(answer.body['message'])).not.toBe('');
    expect(traces()).toEqual(before);
  });

  it('survives a restart, and announces what a crash had left unannounced', async () => {
    const { body } = await order({});
    await orderApp.close();
    const db = new DatabaseSync(join(directory, 'order-service.db'));
    const left: Order = { ...(body as unknown as Order), id: 'b37c94c2-056e-4295-99d0-000000000001' };
    db.prepare('INSERT INTO orders (id, body, email) VALUES (?, ?, ?)').run(
      left.id,
      JSON.stringify(left),
      ada.email,
    );
    db.close();
    orderApp = await createOrderApp();
    await orderApp.listen(0, '127.0.0.1');
    expect((await get(orderApp, `/orders/${String(body['id'])}`)).body).toMatchObject({ id: body['id'] });
    await eventually('the order that was left', async () => {
      const history = (await get(userApp, `/users/${ada.id}/orders`)).body as unknown as Order[];
      return history.some(({ id }) => id === left.id);
    });
  });
});

describe('the services', () => {
  it('report their health', async () => {
    expect(await get(orderApp, '/health/live')).toMatchObject({ status: 200 });
    expect(await get(orderApp, '/health/ready')).toMatchObject({ status: 200 });
    const healthy = await eventually('the first look at user-service', async () => {
      const { body } = await get(orderApp, '/health');
      return body['status'] === 'ok' && body;
    });
    expect(healthy).toMatchObject({ details: { 'user-service': { status: 'up' } } });
  });

  it('answer 404 for what they do not know', async () => {
    const unknown = 'b37c94c2-056e-4295-99d0-e7a75241e51e';
    expect((await get(orderApp, `/orders/${unknown}`)).status).toBe(404);
    expect((await get(userApp, `/users/${unknown}`)).status).toBe(404);
    expect((await get(userApp, '/users/nobody')).status).toBe(400);
  });
});
