import { type RequestListener } from 'node:http';
import { inspect } from 'node:util';
import {
  ClientModule,
  HttpStatusError,
  InvalidResponseError,
  ProblemType,
  StillInFlightError,
} from '@rookery/client';
import { z } from 'zod';
import { answer, boot, closeAll, failureOf, json, problem, serve } from './answers-support.js';

afterEach(closeAll);

const user = z.object({ id: z.string(), born: z.iso.date().transform((text) => new Date(text)) });

class OutOfStock extends ProblemType({
  type: 'https://shop.example/problems/out-of-stock',
  code: 'OUT_OF_STOCK',
  title: 'Not enough in stock',
  status: 409,
  members: z.object({ sku: z.string(), left: z.int() }),
}) {}

class Overloaded extends ProblemType({
  type: 'urn:shop:overloaded',
  code: 'OVERLOADED',
  title: 'Too much to do',
  status: 503,
}) {}

const OUT_OF_STOCK = {
  type: OutOfStock.problem.type,
  title: 'Ausverkauft',
  status: 409,
  sku: 'tea',
  left: 2,
};

/** Answers each request in its turn. */
function inTurn(...listeners: readonly RequestListener[]): RequestListener {
  let turn = 0;
  return (request, response) => listeners[turn++]?.(request, response);
}

describe('an answer with a schema', () => {
  it('is what the schema makes of it, and has its type', async () => {
    const { port } = await serve(json(200, { id: '7', born: '1815-12-10', more: true }));
    const { client } = await boot([port]);
    const ada = await client.get('/', { schema: user });
    expect(ada.born.getUTCFullYear()).toBe(1815);
    expect(ada).toEqual({ id: '7', born: new Date('1815-12-10') });
    // @ts-expect-error -- the schema makes a Date of it
    await client.get<{ born: string }>('/', { schema: user });
  });

  it('that does not fit rejects, is asked for once, and opens no circuit', async () => {
    const { port, seen } = await serve(json(200, { id: '7', born: 'hunter2', friends: [] }));
    const { client, circuit } = await boot([port]);
    for (let call = 0; call < 3; call += 1) {
      const error = await failureOf(client.get('/users/:id', { params: { id: 7 }, schema: user }));
      expect(error).toBeInstanceOf(InvalidResponseError);
      expect(error).toMatchObject({ code: 'INVALID_RESPONSE', status: 502, issues: [{ path: 'born' }] });
    }
    expect([seen.length, circuit()]).toEqual([3, 'closed']);
  });

  it('that does not fit is told without what it holds, whatever the library of the schema says', async () => {
    const quoting = z.string().refine(() => false, { error: ({ input }) => `not "${String(input)}"` });
    const { port } = await serve(json(200, { password: 'hunter2' }));
    const { client } = await boot([port]);
    const error = await failureOf(client.get('/', { schema: z.object({ password: quoting }) }));
    expect((error as InvalidResponseError).issues).toEqual([{ path: 'password', message: 'not "hunter2"' }]);
    expect((error as Error).message).toBe('GET users/: the answer does not fit its schema at password');
    expect(inspect(error) + JSON.stringify(error)).not.toContain('hunter2');
  });

  it('may be checked in its own time, and by a schema that throws', async () => {
    const { port } = await serve(json(200, 'Ada'));
    const { client } = await boot([port]);
    const slow = z.string().refine(async (name) => Promise.resolve(name === 'Ada'));
    expect(await client.get('/', { schema: slow })).toBe('Ada');
    const broken = z.string().transform(() => {
      throw new RangeError('Maximum call stack size exceeded');
    });
    expect(await failureOf(client.get('/', { schema: broken }))).toMatchObject({
      code: 'INVALID_RESPONSE',
      cause: expect.any(RangeError),
    });
  });

  it('counts a broken body as a failure of the service', async () => {
    const { port, seen } = await serve(answer(200, 'application/json', '{"id":'));
    const { client, circuit } = await boot([port]);
    expect(await failureOf(client.get('/', { schema: user }))).toMatchObject({ issues: [] });
    expect([seen.length, circuit()]).toEqual([1, 'open']);
  });
});

describe('a body with a schema', () => {
  it('is sent as the schema makes it, or not at all', async () => {
    const bodies: string[] = [];
    const { port } = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.end());
    });
    const { client } = await boot([port]);
    const bodySchema = z.object({ name: z.string() });
    await client.post('/', { name: 'Ada', password: 'hunter2' }, { bodySchema });
    const refused = await failureOf(client.post('/', { name: { first: 'hunter2' } }, { bodySchema }));
    expect(refused).toBeInstanceOf(TypeError);
    expect((refused as Error).message).toBe('body: It does not fit bodySchema at name.');
    expect(bodies).toEqual(['{"name":"Ada"}']);
  });
});

describe('a response type', () => {
  it('reads JSON whatever the content type says, or nothing as JSON', async () => {
    const { port } = await serve((request, response) =>
      answer(200, request.url === '/plain' ? 'text/plain' : 'application/json', '{"a":1}')(request, response),
    );
    const { client } = await boot([port]);
    expect(await client.get('/plain', { responseType: 'json' })).toEqual({ a: 1 });
    expect(await client.get('/', { responseType: 'text' })).toBe('{"a":1}');
    const parsed = z.string().transform((text) => text.length);
    expect(await client.get('/', { responseType: 'text', schema: parsed })).toBe(7);
  });
});

describe('a problem', () => {
  it('that the client knows is thrown as its class, with its members', async () => {
    const body = { ...OUT_OF_STOCK, detail: '3 were asked for', instance: '/orders/7' };
    const { port, seen } = await serve(problem(409, body));
    const { client, circuit } = await boot([port], { errors: [OutOfStock] });
    const error = await failureOf(client.post('/orders', {}));
    expect(error).toBeInstanceOf(OutOfStock);
    expect(error).toMatchObject({
      name: 'OutOfStock',
      code: 'OUT_OF_STOCK',
      status: 409,
      responseStatus: 502,
      request: 'POST users/orders',
      message: 'POST users/orders: Not enough in stock',
      members: { sku: 'tea', left: 2 },
      detail: '3 were asked for',
      instance: '/orders/7',
    });
    expect((error as Error).cause).toBeInstanceOf(HttpStatusError);
    expect([seen.length, circuit()]).toEqual([1, 'closed']);
  });

  it('that the call knows is thrown as its class beside those of the client', async () => {
    const { port } = await serve((request, response) =>
      problem(503, {
        type: request.url === '/a' ? OutOfStock.problem.type : 'urn:shop:overloaded',
        sku: 'x',
        left: 0,
      })(request, response),
    );
    const { client } = await boot([port], { errors: [OutOfStock], policy: undefined as never, retries: 0 });
    expect(await failureOf(client.get('/a', { errors: [Overloaded] }))).toBeInstanceOf(OutOfStock);
    expect(await failureOf(client.get('/b', { errors: [Overloaded] }))).toBeInstanceOf(Overloaded);
    expect(await failureOf(client.get('/b'))).toBeInstanceOf(HttpStatusError);
  });

  it('is tried again as its status says, waits as long as it asks, and stays what it is', async () => {
    const overloaded = problem(503, { type: 'urn:shop:overloaded' }, { 'retry-after': '0' });
    const { port, seen } = await serve(inTurn(overloaded, overloaded, overloaded));
    const { client } = await boot([port], { policy: undefined as never, errors: [Overloaded] });
    expect(await failureOf(client.get('/'))).toMatchObject({ name: 'Overloaded', retryAfterMs: 0 });
    expect(seen).toHaveLength(3);
  });

  it('that nobody knows tells what it says, as those of Spring do', async () => {
    const spring = {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'Failed',
      instance: '/o',
      code: 9,
    };
    const { port } = await serve(problem(400, spring));
    const { client } = await boot([port], { errors: [OutOfStock] });
    const error = await failureOf(client.get('/'));
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({
      status: 400,
      message: 'GET users/: answered 400',
      problem: { type: 'about:blank', title: 'Bad Request', detail: 'Failed', members: { code: 9 } },
    });
  });

  it('whose members are not those of its class is its status, and says where they differ', async () => {
    const { port } = await serve(problem(409, { ...OUT_OF_STOCK, left: 'hunter2' }));
    const { client } = await boot([port], { errors: [OutOfStock] });
    const error = await failureOf(client.get('/'));
    expect(error).toMatchObject({
      name: 'HttpStatusError',
      status: 409,
      problem: { members: { sku: 'tea' } },
    });
    expect((error as Error).cause).toMatchObject({
      message: 'GET users/: the answer does not fit "Not enough in stock" at left',
    });
  });

  it('is only believed in its own media type', async () => {
    const { port } = await serve(json(409, OUT_OF_STOCK));
    const { client } = await boot([port], { errors: [OutOfStock] });
    expect(await failureOf(client.get('/'))).toMatchObject({ name: 'HttpStatusError', problem: undefined });
  });

  it.each<[string, unknown, string]>([
    [
      'a class of another kind',
      [Error],
      'errors[0]: Invalid value a function. Use a class that extends ProblemType',
    ],
    ['one class for all', OutOfStock, 'errors: Invalid value a function. Use a list.'],
    [
      'two classes of one type',
      [OutOfStock, class extends OutOfStock {}],
      'errors: Two classes have the type',
    ],
  ])('of %s is refused at boot and by a call', async (_what, errors, message) => {
    expect(() => ClientModule.forFeature([{ service: 'users', errors: errors as never }])).toThrow(message);
    const { client } = await boot([]);
    const refused = await failureOf(client.get('/', { errors: errors as never }));
    expect(refused).toBeInstanceOf(TypeError);
    expect((refused as Error).message).toContain(message);
  });
});

describe('an idempotency key', () => {
  const cut: RequestListener = (request) => request.socket.destroy();

  it('is the same for all tries, and lets a POST be tried again', async () => {
    const { port, seen } = await serve(inTurn(cut, json(503, {}), json(201, { id: '7' })));
    const { client } = await boot([port], { policy: undefined as never });
    expect(await client.post('/orders', {}, { idempotencyKey: true })).toEqual({ id: '7' });
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(Array(3).fill(expect.stringMatching(/^"[\da-f-]{36}"$/)));
    expect(new Set(keys).size).toBe(1);
  });

  it('lets the caller say that it is not to be tried again', async () => {
    const { port, seen } = await serve(cut);
    const { client } = await boot([port]);
    await failureOf(client.post('/', {}, { idempotencyKey: 'order-7', idempotent: false }));
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['"order-7"']);
  });

  it('waits for an earlier try that is still under way', async () => {
    const outstanding = problem(409, { title: 'A request is outstanding for this Idempotency-Key' });
    const { port, seen } = await serve(inTurn(cut, json(409, {}), json(201, { id: '7' })));
    const { client } = await boot([port], { policy: undefined as never });
    expect(await client.post('/orders', {}, { idempotencyKey: true })).toEqual({ id: '7' });
    expect(seen).toHaveLength(3);
    const busy = await serve(outstanding);
    const { client: other, circuit } = await boot([busy.port]);
    const error = await failureOf(other.post('/orders', {}, { idempotencyKey: 'order-7' }));
    expect((error as Error).cause).toBeInstanceOf(StillInFlightError);
    expect([busy.seen.length, circuit()]).toEqual([3, 'closed']);
  });

  it('that was used for another body is a clear mistake, and asked for once', async () => {
    const used = { type: 'https://x.example/idempotency', title: 'Idempotency-Key is already used' };
    const { port, seen } = await serve(problem(422, used));
    const { client } = await boot([port]);
    const error = await failureOf(client.post('/orders', {}, { idempotencyKey: 'order-7' }));
    expect(error).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', responseStatus: 500 });
    expect(seen).toHaveLength(1);
  });

  it('takes no answer for its own that has another meaning', async () => {
    const { port, seen } = await serve(json(409, { message: 'name is taken' }));
    const { client } = await boot([port]);
    expect(await failureOf(client.post('/', {}, { idempotencyKey: true }))).toMatchObject({
      name: 'HttpStatusError',
      status: 409,
    });
    expect(seen).toHaveLength(1);
  });
});

describe('a request and a stream', () => {
  it('have schemas and problems as well', async () => {
    const { port } = await serve((request, response) =>
      request.url === '/none'
        ? problem(409, OUT_OF_STOCK)(request, response)
        : json(200, { id: '7' })(request, response),
    );
    const { client } = await boot([port], { errors: [OutOfStock] });
    const { body } = await client.request('GET', '/', { schema: z.object({ id: z.string() }) });
    expect(body.id).toBe('7');
    expect(await failureOf(client.request('GET', '/none'))).toBeInstanceOf(OutOfStock);
    expect(await failureOf(client.stream('GET', '/none'))).toBeInstanceOf(OutOfStock);
    expect(await failureOf(client.stream('GET', '/', { schema: user } as never))).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('stream() does not decode the answer'),
    });
  });
});

describe('what a call says about its answer', () => {
  it.each([
    [{ schema: {} }, 'schema: Invalid value an object. Use a schema that speaks Standard Schema'],
    [{ responseType: 'blob' }, `responseType: Invalid value "blob". Use 'json' or 'text'.`],
    [{ bodySchema: 'zod' }, 'bodySchema: Invalid value "zod". Use a schema'],
    [{ idempotencyKey: '' }, 'idempotencyKey: Use true, or a text'],
  ])('is refused before anything is sent: %p', async (options, message) => {
    const { port, seen } = await serve(json(200, {}));
    const { client } = await boot([port]);
    const refused = await failureOf(client.post('/', {}, options as never));
    expect(refused).toBeInstanceOf(TypeError);
    expect((refused as Error).message).toContain(message);
    expect(seen).toHaveLength(0);
  });
});
