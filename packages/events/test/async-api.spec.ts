import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Schema } from '@rookery/common';
import { AsyncApi, type AsyncApiInfo, defineEvent, EventBus, OnEvent } from '@rookery/events';
import { Ajv } from 'ajv';
import { z } from 'zod';
import { TestApps } from './support/app.js';

const apps = new TestApps();
afterEach(() => apps.closeAll());

const UserCreated = defineEvent('user.created', {
  version: 2,
  schema: z.object({ id: z.int(), name: z.string() }),
});
const OrderPlaced = defineEvent('order.placed', { schema: z.object({ total: z.number().default(0) }) });
const Odd = defineEvent('odd/~and%.é', { schema: z.null() });

class Handlers {
  @OnEvent(UserCreated)
  @OnEvent('untyped.*')
  greet() {}
  @OnEvent(UserCreated, { name: 'count', group: 'statistics' })
  count() {}
}

/** Against the schema that the makers of AsyncAPI publish. */
function faultsOf(document: object): unknown {
  // It brings the meta-schema of JSON Schema with it, which ajv would bring as well.
  const file = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0.json');
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
  ajv.validate(JSON.parse(readFileSync(file, 'utf8')) as object, document);
  return ajv.errors;
}

describe('the AsyncAPI document of an app', () => {
  it('is valid, and says what is published and handled, each in its version', async () => {
    const app = await apps.boot({
      providers: [Handlers],
      options: { publishes: [OrderPlaced, UserCreated, Odd], service: 'users' },
    });
    await app.get(EventBus).subscribe(OrderPlaced, () => {}, { name: 'late' });
    const document = app.get(AsyncApi).document({ version: '1.4.0', description: 'Users and more.' });
    expect(faultsOf(document)).toBeNull();
    expect(faultsOf({ ...document, operations: { x: { action: 'shout' } } })).not.toBeNull();
    expect(document).toMatchObject({
      asyncapi: '3.0.0',
      info: { title: 'users', version: '1.4.0', description: 'Users and more.' },
    });
    expect(Object.keys(document.operations).sort()).toEqual(
      [
        'handle.order.placed.users.late',
        'handle.user.created.statistics.count',
        'handle.user.created.users.Handlers.greet',
        'publish.odd/~and%.é.v1',
        'publish.order.placed.v1',
        'publish.user.created.v2',
      ].filter(Boolean),
    );
    expect(document.operations['publish.user.created.v2']).toEqual({
      action: 'send',
      channel: { $ref: '#/channels/user.created' },
      messages: [{ $ref: '#/channels/user.created/messages/v2' }],
    });
    expect(document.channels['user.created']?.messages['v2']?.payload).toMatchObject({
      properties: {
        type: { const: 'user.created' },
        dataversion: { const: '2' },
        data: { type: 'object', properties: { name: { type: 'string' } }, required: ['id', 'name'] },
      },
    });
  });

  it('describes events as they are on the wire', async () => {
    const app = await apps.boot({ options: { publishes: [OrderPlaced] } });
    const { channels } = app.get(AsyncApi).document({ version: '1' });
    const payload = channels['order.placed']?.messages['v1']?.payload ?? {};
    const fits = new Ajv({ validateFormats: false }).compile(payload);
    const wire = { specversion: '1.0', id: '1', source: 's', type: 'order.placed', dataversion: '1' };
    expect([fits({ ...wire, data: {} }), fits({ ...wire, data: { total: 'x' } })]).toEqual([true, false]);
  });

  it('says where the parts of a schema are that refers to itself', async () => {
    interface Category {
      name: string;
      children: Category[];
    }
    const category: z.ZodType<Category> = z.lazy(() =>
      z.object({ name: z.string(), children: z.array(category) }),
    );
    const Sorted = defineEvent('sorted/~', { schema: z.object({ root: category }) });
    const app = await apps.boot({ options: { publishes: [Sorted] } });
    const document = app.get(AsyncApi).document({ version: '1' });
    expect(faultsOf(document)).toBeNull();
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'app', ...document });
    const fits = ajv.getSchema('app#/channels/sorted~1~0/messages/v1/payload');
    const wire = { specversion: '1.0', id: '1', source: 's', type: 'sorted/~', dataversion: '1' };
    const deep = (inner: unknown) => ({ ...wire, data: { root: { name: 'a', children: [inner] } } });
    expect([fits?.(deep({ name: 'b', children: [] })), fits?.(deep({ name: 7 }))]).toEqual([true, false]);
  });

  it('keeps both versions of a type that is published in one and handled in another', async () => {
    const older = defineEvent('user.created', { schema: z.object({ id: z.int() }) });
    const app = await apps.boot({ providers: [Handlers], options: { publishes: [older] } });
    const { channels } = app.get(AsyncApi).document({ version: '1' });
    expect(Object.keys(channels['user.created']?.messages ?? {})).toEqual(['v1', 'v2']);
  });

  it('asks for the JSON Schema that a library does not write', async () => {
    const plain: Schema = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } };
    const dated = z.object({ at: z.date() });
    for (const [schema, reason] of [
      [plain, 'its library does not write any'],
      [dated, 'Date cannot be represented'],
    ] as const) {
      const app = await apps.boot({
        options: { publishes: [defineEvent('a', { schema })] },
      });
      const describing = () => app.get(AsyncApi).document({ version: '1' });
      expect(describing).toThrow(`Its schema cannot be written as JSON Schema (${reason}`);
    }
    const jsonSchema = { type: 'string' };
    const told = await apps.boot({
      options: { publishes: [defineEvent('a', { schema: plain, jsonSchema })] },
    });
    const { channels } = told.get(AsyncApi).document({ version: '1' });
    expect(channels['a']?.messages['v1']?.payload).toMatchObject({ properties: { data: jsonSchema } });
  });

  it('is refused without a version, and for what is no contract', async () => {
    const app = await apps.boot({});
    expect(() => app.get(AsyncApi).document({} as AsyncApiInfo)).toThrow('version: Missing');
    await expect(apps.boot({ options: { publishes: ['user.created' as never] } })).rejects.toThrow(
      'publishes[0]: Invalid value "user.created". Use a contract that defineEvent has made.',
    );
  });
});
