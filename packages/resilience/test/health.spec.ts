import { Controller, Get, Inject, Injectable, type INestApplication, type Type } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  type HealthIndicatorFunction,
  type HealthIndicatorResult,
  TerminusModule,
} from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { VirtualClock } from '@rookery/common/testing';
import { HealthIndicator, HealthRegistry, ServiceModule } from '@rookery/service';
import {
  CircuitBreaker,
  type PolicyOptions,
  PolicyRegistry,
  ResilienceHealthIndicator,
  ResilienceModule,
} from '../src/index.js';
import { ended, fail, silent } from './support.js';

const policies = {
  users: { circuitBreaker: { consecutiveFailures: 1, openDuration: '10s' } },
  search: { timeout: '1s' },
} satisfies Record<string, PolicyOptions>;

@Injectable()
class Stock {
  @CircuitBreaker()
  count(): Promise<number> {
    return Promise.resolve(3);
  }
}

/** An app with a policy, a method's own breaker and what the test adds; `open` opens the circuit of `users`. */
async function boot(
  clock: VirtualClock,
  parts: { imports: object[]; providers?: Type[]; controllers?: Type[] },
) {
  const { imports, providers = [], controllers = [] } = parts;
  const module = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ policies, clock }), ...(imports as Type[])],
    providers: [Stock, ...providers],
    controllers,
  })
    .setLogger(silent)
    .compile();
  const app: INestApplication = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const open = () => ended(app.get(PolicyRegistry).pipeline('users').execute(fail));
  const get = async (path: string) => {
    const response = await fetch(`${await app.getUrl()}/${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { app, open, get };
}

describe('ResilienceHealthIndicator in Terminus', () => {
  @Controller('health')
  class Health {
    constructor(
      @Inject(HealthCheckService) private readonly terminus: HealthCheckService,
      @Inject(ResilienceHealthIndicator) private readonly circuits: ResilienceHealthIndicator,
    ) {}

    @Get()
    @HealthCheck()
    shown() {
      return this.terminus.check([() => this.circuits.check('circuits')]);
    }

    @Get('strict')
    @HealthCheck()
    strict() {
      return this.terminus.check([() => this.circuits.check('users', { downWhenOpen: ['users'] })]);
    }

    @Get('misspelt')
    @HealthCheck()
    misspelt() {
      return this.terminus.check([() => this.circuits.check('users', { downWhenOpen: ['usres'] })]);
    }
  }

  const clock = new VirtualClock();
  let booted: Awaited<ReturnType<typeof boot>>;
  beforeAll(async () => {
    const imports = [TerminusModule.forRoot({ logger: false })];
    booted = await boot(clock, { imports, controllers: [Health] });
  });
  afterAll(() => booted.app.close());

  it('is up with the state of every circuit, also of a method, and also while one is open', async () => {
    const { open, get } = booted;
    const shown = (users: string) => ({
      status: 200,
      body: {
        status: 'ok',
        info: { circuits: { status: 'up', circuits: { users, 'Stock.count': 'closed' } } },
      },
    });
    expect(await get('health')).toMatchObject(shown('closed'));
    await open();
    expect(await get('health')).toMatchObject(shown('open'));
    await clock.advance(10_000);
    expect(await get('health')).toMatchObject(shown('half-open'));
  });

  it('is down while a circuit is open that it was told to watch', async () => {
    const { open, get } = booted;
    expect((await get('health/strict')).status).toBe(200);
    await open();
    const { status, body } = await get('health/strict');
    expect([status, body['status']]).toEqual([503, 'error']);
    expect(body['error']).toMatchObject({ users: { status: 'down', message: 'Open: users.' } });
  });

  it('does not take a misspelt circuit for one that is closed', async () => {
    expect((await booted.get('health/misspelt')).status).toBe(500);
    const indicator = booted.app.get(ResilienceHealthIndicator);
    expect(() => indicator.check('x', { downWhenOpen: ['search'] })).toThrow(
      'downWhenOpen: there is no circuit "search". The circuits of this app: users, Stock.count.',
    );
    expect(() => indicator.check('x', { downWhenOpen: 'users' as never })).toThrow(
      'check("x"): downWhenOpen: Invalid value "users".',
    );
  });

  it("has the types of Terminus, and its caller's key", () => {
    const indicator = booted.app.get(ResilienceHealthIndicator);
    const result: HealthIndicatorResult<'circuits'> = indicator.check('circuits');
    const asked: HealthIndicatorFunction = () => indicator.check('circuits');
    // @ts-expect-error -- the result has the key that was asked for, and no other
    const other: HealthIndicatorResult<'users'> = indicator.check('circuits');
    expect([result, asked(), other].map(Object.keys)).toEqual([['circuits'], ['circuits'], ['circuits']]);
  });
});

describe('ResilienceHealthIndicator in a Rookery service', () => {
  @Injectable()
  class Health {
    constructor(@Inject(ResilienceHealthIndicator) private readonly resilience: ResilienceHealthIndicator) {}

    @HealthIndicator()
    circuits() {
      return this.resilience.check('circuits', { downWhenOpen: ['users'] });
    }
  }

  it('is one method away from /health', async () => {
    const { app, open, get } = await boot(new VirtualClock(), {
      imports: [ServiceModule.forRoot({ name: 'orders' })],
      providers: [Health],
    });
    const health = app.get(HealthRegistry);
    await health.refresh();
    expect(await get('health/ready')).toMatchObject({
      status: 200,
      body: { info: { circuits: { status: 'up', circuits: { users: 'closed', 'Stock.count': 'closed' } } } },
    });
    await open();
    await health.refresh();
    expect(await get('health/ready')).toMatchObject({
      status: 503,
      body: { error: { circuits: { status: 'down', message: 'Open: users.', circuits: { users: 'open' } } } },
    });
    await app.close();
  });
});
