import { once } from 'node:events';
import { type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  type INestApplication,
  Injectable,
  Module,
  type ModuleMetadata,
  NotFoundException,
  Param,
  ParseIntPipe,
  Patch,
  type PipeTransform,
  Post,
  Put,
  Query,
  ServiceUnavailableException,
  UseGuards,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ClientModule, HttpStatusError, InvalidResponseError, ProblemType } from '@rookery/client';
import { CallOptions, remote, type Served, ServeContract, ServiceClient } from '@rookery/client/contract';
import { contractDrift } from '@rookery/client/testing';
import { currentContext, isRookeryError } from '@rookery/common';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { Fallback, ResilienceModule, Retry, Signal, Timeout } from '@rookery/resilience';
import { Span, Tracer } from '@rookery/tracing';
import fc from 'fast-check';
import { z } from 'zod';

interface User {
  readonly id: string;
  readonly name: string;
}

@ServiceClient('user-service', { path: 'users' })
abstract class UserApi {
  @Get()
  list(@Query('tag') tag?: readonly string[], @Query('page') page?: number): Promise<unknown> {
    return remote(tag, page);
  }

  @Get('search')
  search(@Query() query: Record<string, string>): Promise<unknown> {
    return remote(query);
  }

  @Get(':id')
  find(@Param('id') id: string, @CallOptions() options?: CallOptions): Promise<User> {
    return remote(id, options);
  }

  @Put(':group/:id')
  replace(@Param() place: { group: string; id: string }, @Body() user: unknown): Promise<unknown> {
    return remote(place, user);
  }

  @Patch(':id')
  rename(
    @Param('id') id: string,
    @Body('name') name: unknown,
    @Headers('x-tenant') tenant?: string,
  ): Promise<unknown> {
    return remote(id, name, tenant);
  }

  @HttpCode(204)
  @Delete(':id')
  remove(@Param('id') id: string): Promise<void> {
    return remote(id);
  }
}

/** Answers with what it was given. */
@ServeContract(UserApi)
class Echo implements Served<UserApi> {
  readonly removed: string[] = [];

  list(tag?: readonly string[], page?: number): unknown {
    return { tag, page };
  }

  search(query: Record<string, string>): unknown {
    return query;
  }

  find(id: string): User {
    if (id === 'nobody') throw new NotFoundException();
    return { id, name: 'Ada' };
  }

  replace(place: { group: string; id: string }, user: unknown): unknown {
    return { ...place, user };
  }

  rename(id: string, name: unknown, tenant?: string): unknown {
    return { id, name, tenant };
  }

  remove(id: string): void {
    this.removed.push(id);
  }
}

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function serve(
  metadata: ModuleMetadata,
  adapter: ExpressAdapter | FastifyAdapter = new ExpressAdapter(),
  prepare: (app: INestApplication) => void = () => {},
): Promise<INestApplication> {
  const module = await Test.createTestingModule(metadata).compile({ snapshot: true });
  const app = module.createNestApplication(adapter, { logger: false });
  prepare(app);
  await app.listen(0, '127.0.0.1');
  open.push(app);
  return app;
}

async function call(servers: readonly INestApplication[], metadata: ModuleMetadata) {
  const app = await Test.createTestingModule({
    ...metadata,
    imports: [
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      ...(metadata.imports ?? []),
    ],
  }).compile();
  open.push(app);
  await app.init();
  for (const [index, server] of servers.entries()) {
    const { port } = (server.getHttpServer() as { address(): AddressInfo }).address();
    await app
      .get(ServiceRegistry)
      .register({ id: `user-${index}`, service: 'user-service', host: '127.0.0.1', port });
  }
  return app;
}

const resilience = () =>
  ResilienceModule.forRoot({
    policies: { patient: { timeout: '10s', retry: { attempts: 3, backoff: { delay: 1 } } }, plain: {} },
  });

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => {
      throw new Error(`It succeeded with ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
}

describe.each([
  ['express', () => new ExpressAdapter()],
  ['fastify', () => new FastifyAdapter()],
])('a contract between two apps, served by %s', (_name, adapter) => {
  async function users() {
    const server = await serve({ controllers: [Echo] }, adapter());
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: UserApi, policy: 'plain' }])],
    });
    return { users: app.get(UserApi, { strict: false }), server };
  }

  it('brings every argument to where the controller reads it', async () => {
    const { users: api, server } = await users();
    expect(await api.find('1')).toEqual({ id: '1', name: 'Ada' });
    expect(await api.list(['a', 'b'], 2)).toEqual({ tag: ['a', 'b'], page: '2' });
    expect(await api.list()).toEqual({});
    expect(await api.replace({ group: 'g', id: 'i' }, [1])).toEqual({ group: 'g', id: 'i', user: [1] });
    expect(await api.rename('1', { first: 'Ada' }, 'blue')).toEqual({
      id: '1',
      name: { first: 'Ada' },
      tenant: 'blue',
    });
    expect(await api.remove('1')).toBeUndefined();
    expect(server.get(Echo).removed).toEqual(['1']);
    expect(contractDrift(server, UserApi)).toEqual([]);
  });

  it('brings it there whatever it holds', async () => {
    const { users: api } = await users();
    const text = fc.string({ unit: 'binary' });
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => !['.', '..', 'search'].includes(value));
    // Fastify refuses bodies that could poison a prototype.
    const json = fc
      .json()
      .filter((body) => !/__proto__|constructor/.test(body))
      .map((body) => JSON.parse(body) as unknown);
    await fc.assert(
      fc.asyncProperty(segment, segment, text, json, async (group, id, word, value) => {
        expect(await api.replace({ group, id }, { value })).toEqual({ group, id, user: { value } });
        expect(await api.search({ word })).toEqual({ word });
        expect(await api.find(id)).toMatchObject({ id });
      }),
      { numRuns: 50 },
    );
  });

  it('tells a failure by its status', async () => {
    const { users: api } = await users();
    expect(await failureOf(api.find('nobody'))).toMatchObject({ status: 404 });
    expect(await failureOf(api.find('nobody'))).toBeInstanceOf(HttpStatusError);
  });

  it('sends nothing that cannot be meant', async () => {
    const { users: api } = await users();
    expect(await failureOf(api.find('..'))).toBeInstanceOf(TypeError);
    expect(await failureOf(api.find(undefined as unknown as string))).toBeInstanceOf(TypeError);
    expect(await failureOf(api.find('1', { timeuot: 1 } as CallOptions))).toMatchObject({
      message: expect.stringContaining('timeuot: Unknown option') as string,
    });
  });
});

/** Fails a number of times with 503 before it answers. */
function flaky(failures: number) {
  @Controller('stock')
  class Flaky {
    seen = 0;

    @Get(':id')
    get(@Param('id') id: string) {
      return this.#answer(id);
    }

    @Post(':id/recount')
    recount(@Param('id') id: string) {
      return this.#answer(id);
    }

    #answer(id: string) {
      this.seen += 1;
      if (this.seen <= failures) throw new ServiceUnavailableException();
      return { id };
    }
  }
  return Flaky;
}

@ServiceClient('user-service', { path: 'stock' })
abstract class StockApi {
  @Get(':id')
  get(@Param('id') id: string): Promise<{ id: string }> {
    return remote(id);
  }

  @Post(':id/recount')
  recount(@Param('id') id: string, @CallOptions() options?: CallOptions): Promise<{ id: string }> {
    return remote(id, options);
  }
}

@ServiceClient('user-service', { path: 'stock' })
abstract class SafeStockApi {
  @CallOptions({ idempotent: true })
  @Post(':id/recount')
  recount(@Param('id') id: string): Promise<{ id: string }> {
    return remote(id);
  }
}

describe('what a contract says about a call', () => {
  it('is retried by its HTTP method, and by what the method or the call says', async () => {
    const Stock = flaky(1);
    const server = await serve({ controllers: [Stock] });
    const stock = server.get(Stock);
    const clients = [StockApi, SafeStockApi].map((client) => ({ client, policy: 'patient' }));
    const app = await call([server], { imports: [resilience(), ClientModule.forFeature(clients)] });
    const [plain, safe] = [app.get(StockApi, { strict: false }), app.get(SafeStockApi, { strict: false })];

    expect(await plain.get('1')).toEqual({ id: '1' });
    expect(stock.seen).toBe(2);
    stock.seen = 0;
    expect(await failureOf(plain.recount('1'))).toMatchObject({ status: 503 });
    expect(stock.seen).toBe(1);
    stock.seen = 0;
    expect(await plain.recount('1', { idempotent: true })).toEqual({ id: '1' });
    stock.seen = 0;
    expect(await safe.recount('1')).toEqual({ id: '1' });
    expect(stock.seen).toBe(2);
  });

  it('ends with the signal and the timeout of the call', async () => {
    @Controller()
    class Silent {
      @Get(':id')
      wait() {
        return new Promise(() => {});
      }
    }
    @ServiceClient('user-service')
    abstract class SilentApi {
      @Get(':id')
      wait(
        @Param('id') id: string,
        @Signal() signal?: AbortSignal,
        @CallOptions() options?: CallOptions,
      ): Promise<void> {
        return remote(id, signal, options);
      }
    }
    const server = await serve({ controllers: [Silent] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: SilentApi, policy: 'plain' }])],
    });
    const api = app.get(SilentApi, { strict: false });
    const controller = new AbortController();
    const waiting = failureOf(api.wait('1', controller.signal));
    controller.abort(new Error('Nobody waits.'));
    expect(await waiting).toMatchObject({ message: 'Nobody waits.' });
    expect(isRookeryError(await failureOf(api.wait('1', undefined, { timeout: 20 })), 'TIMEOUT')).toBe(true);
  });
});

describe('the answers that a contract speaks of', () => {
  const Item = z.object({ sku: z.string(), since: z.iso.date().transform((text) => new Date(text)) });

  class OutOfStock extends ProblemType({
    type: 'urn:shop:out-of-stock',
    code: 'OUT_OF_STOCK',
    title: 'Not enough in stock',
    status: 409,
    members: z.object({ left: z.int() }),
  }) {}

  @ServiceClient('user-service', { path: 'items' })
  abstract class ItemApi {
    @CallOptions({ schema: Item, errors: [OutOfStock] })
    @Get(':sku')
    find(@Param('sku') sku: string): Promise<z.output<typeof Item>> {
      return remote(sku);
    }

    @Get(':sku/raw')
    raw(@Param('sku') sku: string): Promise<unknown> {
      return remote(sku);
    }
  }

  @Controller('items')
  class Items {
    @Get(':sku')
    find(@Param('sku') sku: string) {
      if (sku === 'none') throw new OutOfStock({ left: 2 });
      return { sku, since: sku === 'odd' ? 'long ago' : '2026-01-02', margin: 0.6 };
    }

    @Get(':sku/raw')
    raw(@Param('sku') sku: string) {
      return this.find(sku);
    }
  }

  it('are what their schemas make of them, or one of their errors', async () => {
    const server = await serve({ imports: [resilience()], controllers: [Items] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: ItemApi, policy: 'plain' }])],
    });
    const items = app.get(ItemApi, { strict: false });
    expect(await items.find('tea')).toEqual({ sku: 'tea', since: new Date('2026-01-02') });
    expect(await failureOf(items.find('odd'))).toBeInstanceOf(InvalidResponseError);
    const problem = await failureOf(items.find('none'));
    expect(problem).toBeInstanceOf(OutOfStock);
    expect(problem).toMatchObject({ members: { left: 2 } });
    expect(await items.raw('odd')).toMatchObject({ since: 'long ago', margin: 0.6 });
    expect(await failureOf(items.raw('none'))).toBeInstanceOf(HttpStatusError);
  });

  it('have the type that the method promises, or one that fits it', () => {
    abstract class Typed {
      // @ts-expect-error -- the schema makes a Date of what the method says is a text
      @CallOptions({ schema: Item })
      wrong(): Promise<{ since: string }> {
        return remote();
      }

      @CallOptions({ schema: Item, timeout: '1s' })
      wider(): Promise<{ since: Date } | undefined> {
        return remote();
      }

      @CallOptions({ errors: [OutOfStock] })
      unchecked(): Promise<string> {
        return remote();
      }
    }
    expect(Typed.prototype).toHaveProperty('wider');
  });

  it.each<[string, object, string]>([
    ['a schema that is none', { schema: {} }, 'schema: Invalid value an object. Use a schema that speaks'],
    ['a class that is no problem', { errors: [Error] }, 'errors[0]: Invalid value a function.'],
    ['a class twice', { errors: [OutOfStock, OutOfStock] }, 'errors: Two classes have the type'],
  ])('are refused where they are declared: %s', (_what, options, problem) => {
    const declare = () => {
      class Wrong {
        @CallOptions(options)
        find(): Promise<void> {
          return remote();
        }
      }
      return Wrong;
    };
    expect(declare).toThrow(`Wrong.find: @CallOptions(): ${problem}`);
  });
});

describe('decorators of other packages on a contract', () => {
  @ServiceClient('user-service', { path: 'stock' })
  abstract class GuardedApi {
    @Fallback((error: unknown, id: string) => ({ id: `${id}, as far as we know` }))
    @Retry({ attempts: 2, backoff: { delay: 1 } })
    @Get(':id')
    get(@Param('id') id: string): Promise<{ id: string }> {
      return remote(id);
    }
  }

  it('guard its calls', async () => {
    const Stock = flaky(1);
    const server = await serve({ controllers: [Stock] });
    const stock = server.get(Stock);
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: GuardedApi, policy: 'plain' }])],
    });
    const api = app.get(GuardedApi, { strict: false });
    expect(await api.get('1')).toEqual({ id: '1' });
    expect(stock.seen).toBe(2);
  });

  it('fall back for the caller', async () => {
    const Stock = flaky(Infinity);
    const server = await serve({ controllers: [Stock] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: GuardedApi, policy: 'plain' }])],
    });
    expect(await app.get(GuardedApi, { strict: false }).get('1')).toEqual({ id: '1, as far as we know' });
    expect(server.get(Stock).seen).toBe(2);
  });

  it('give their signal to the call', async () => {
    @Controller()
    class Silent {
      @Get('wait')
      wait() {
        return new Promise(() => {});
      }
    }
    @ServiceClient('user-service')
    abstract class TimedApi {
      @Timeout('300ms')
      @Get('wait')
      wait(): Promise<void> {
        return remote();
      }
    }
    const server = await serve({ controllers: [Silent] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: TimedApi, policy: 'plain' }])],
    });
    const arrived = once(server.getHttpServer() as Server, 'request');
    const failing = failureOf(app.get(TimedApi, { strict: false }).wait());
    const [, response] = (await arrived) as [unknown, ServerResponse];
    await once(response, 'close');
    expect(isRookeryError(await failing, 'TIMEOUT')).toBe(true);
  });

  it('are refused at boot, by name, when their module is missing', async () => {
    @ServiceClient('user-service')
    abstract class TracedApi {
      @Span()
      @Get('a')
      get(): Promise<void> {
        return remote();
      }
    }
    const booting = call([], { imports: [resilience(), ClientModule.forFeature([TracedApi])] });
    expect(await failureOf(booting)).toMatchObject({
      message: expect.stringMatching(/TracedApi[\s\S]*Tracer/) as string,
    });
    expect(Tracer.name).toBe('Tracer');
  });

  it("may be the caller's own, on a class that extends the contract", async () => {
    const Stock = flaky(Infinity);
    class OurStock extends StockApi {
      @Fallback((_error: unknown, id: string) => ({ id: `${id} of ours` }))
      override get(id: string): Promise<{ id: string }> {
        return super.get(id);
      }

      async both(): Promise<string[]> {
        return [(await this.get('1')).id, (await this.get('2')).id];
      }
    }
    const server = await serve({ controllers: [Stock] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: OurStock, policy: 'plain' }])],
    });
    expect(await app.get(OurStock, { strict: false }).both()).toEqual(['1 of ours', '2 of ours']);
    expect(server.get(Stock).seen).toBe(2);
  });
});

describe('a client by contract', () => {
  it('is injected by its class, and replaced by a plain object', async () => {
    @Injectable()
    class Orders {
      constructor(readonly users: UserApi) {}

      async nameFor(id: string) {
        return (await this.users.find(id)).name;
      }
    }
    const app = await call([], {
      imports: [resilience(), ClientModule.forFeature([UserApi])],
      providers: [Orders],
    });
    expect(app.get(Orders).users).toBeInstanceOf(UserApi);
    expect(app.get(Orders).users.constructor.name).toBe('UserApi');

    const unit = await Test.createTestingModule({
      providers: [Orders, { provide: UserApi, useValue: { find: async () => ({ name: 'Grace' }) } }],
    }).compile();
    open.push(unit);
    expect(await unit.get(Orders).nameFor('1')).toBe('Grace');
  });

  it('leaves the pipes of the contract to the server, with what they need', async () => {
    @Injectable()
    class Rules {
      readonly limit = 10;
    }
    @Injectable()
    class AtMost implements PipeTransform<number> {
      constructor(private readonly rules: Rules) {}

      transform(value: number) {
        return Math.min(value, this.rules.limit);
      }
    }
    @ServiceClient('user-service')
    abstract class CountApi {
      @Get(':count')
      get(@Param('count', ParseIntPipe, AtMost) count: number): Promise<{ count: number }> {
        return remote(count);
      }
    }
    @ServeContract(CountApi)
    class Counts implements Served<CountApi> {
      get(count: number) {
        return { count };
      }
    }
    const server = await serve({ controllers: [Counts], providers: [Rules] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: CountApi, policy: 'plain' }])],
    });
    const api = app.get(CountApi, { strict: false });
    expect(await api.get(3)).toEqual({ count: 3 });
    expect(await api.get(12)).toEqual({ count: 10 });
    expect(await failureOf(api.get('x' as unknown as number))).toMatchObject({ status: 400 });
  });

  it('does not show the context of one call to another', async () => {
    const server = await serve({ controllers: [Echo] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: UserApi, policy: 'plain' }])],
    });
    await app.get(UserApi, { strict: false }).find('1');
    expect(currentContext()).toEqual({});
  });

  it.each<[string, unknown, RegExp]>([
    ['a class that is no contract', class NoApi {}, /\[0\]: NoApi is no contract/],
    ['no class', { client: 'UserApi' }, /\[0\]: client: Invalid value/],
    ['an unknown option', { client: UserApi, polcy: 'a' }, /\[0\]\.polcy: Unknown option/],
    [
      'another service than that of the contract',
      { client: UserApi, service: 'a' },
      /\[0\]: service is what UserApi says/,
    ],
    [
      'constructor arguments',
      class extends UserApi {
        constructor(readonly name: string) {
          super();
        }
      },
      /takes arguments/,
    ],
  ])('is refused when it is given %s', (_what, entry, message) => {
    expect(() => ClientModule.forFeature([entry as never])).toThrow(message);
  });

  it('is refused when it is listed twice, while two contracts of one service are not', () => {
    expect(() => ClientModule.forFeature([UserApi, { client: UserApi }])).toThrow(
      /\[1\].*is in this list already/,
    );
    expect(ClientModule.forFeature([UserApi, StockApi, { service: 'user-service' }]).exports).toHaveLength(3);
  });
});

describe('contractDrift', () => {
  it('is empty for an app that serves the contract, whoever routes it', async () => {
    const Stock = flaky(0);
    const server = await serve({ controllers: [Stock] });
    expect(contractDrift(server, StockApi)).toEqual([]);
  });

  it('tells of a controller that no module lists, and of a path that the app put before all', async () => {
    const without = await serve({});
    expect(contractDrift(without, SafeStockApi)).toEqual([
      'SafeStockApi.recount: POST /stock/:id/recount is not served.',
    ]);
    const prefixed = await serve({ controllers: [Echo] }, new ExpressAdapter(), (app) =>
      app.setGlobalPrefix('api'),
    );
    expect(contractDrift(prefixed, UserApi)).toContain(
      'UserApi.find: GET /users/:id is not served. It is served under /api/users/:id.',
    );
  });

  it('asks for a contract, and for an app whose routes Nest noted', async () => {
    const server = await serve({});
    const module = await Test.createTestingModule({ controllers: [Echo] }).compile();
    const unnoted = await module.createNestApplication().init();
    open.push(unnoted);
    expect(() => contractDrift(unnoted, UserApi)).toThrow(/Make it with \{ snapshot: true \}/);
    expect(() => contractDrift(server, class NoApi {})).toThrow(/NoApi is no contract/);
  });
});

describe('guards of the controller', () => {
  it('stay in force on the routes of the contract', async () => {
    @UseGuards({ canActivate: () => false })
    @ServeContract(StockApi)
    class Closed implements Served<StockApi> {
      get(id: string) {
        return { id };
      }

      recount(id: string) {
        return { id };
      }
    }
    @Module({ controllers: [Closed] })
    class ClosedModule {}
    const server = await serve({ imports: [ClosedModule] });
    const app = await call([server], {
      imports: [resilience(), ClientModule.forFeature([{ client: StockApi, policy: 'plain' }])],
    });
    expect(await failureOf(app.get(StockApi, { strict: false }).get('1'))).toMatchObject({ status: 403 });
  });
});
