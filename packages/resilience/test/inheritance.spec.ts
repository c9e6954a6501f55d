import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CircuitBreaker, PolicyRegistry, ResilienceModule, Retry } from '@rookery/resilience';
import { broken, ended, silent } from './support.js';

abstract class Client {
  calls = 0;

  @CircuitBreaker({ consecutiveFailures: 2 })
  get(): Promise<string> {
    this.calls += 1;
    return Promise.reject(broken);
  }
}

@Injectable()
class Users extends Client {}

@Injectable()
class Orders extends Client {
  @CircuitBreaker({ consecutiveFailures: 2 })
  override get(): Promise<string> {
    return super.get();
  }
}

function namesake(fails: boolean) {
  @Injectable()
  class Stock {
    @CircuitBreaker({ consecutiveFailures: 1 })
    count() {
      return fails ? Promise.reject(broken) : Promise.resolve(1);
    }
  }
  return Stock;
}

async function boot(...providers: (new () => unknown)[]) {
  const app = await Test.createTestingModule({ imports: [ResilienceModule.forRoot()], providers })
    .setLogger(silent)
    .compile();
  await app.init();
  return { app, registry: app.get(PolicyRegistry) };
}

describe('a decorated method', () => {
  it('has a circuit of its own in each class that inherits it', async () => {
    @Injectable()
    class Mails extends Client {}
    const { app, registry } = await boot(Users, Mails);
    await ended(app.get(Users).get());
    await ended(app.get(Users).get());
    expect([registry.state('Users.get'), registry.state('Mails.get')]).toEqual(['open', 'closed']);
    expect(registry.list()).toHaveLength(2);
    await app.close();
  });

  it('keeps its name where a subclass overrides it and calls it by super', async () => {
    const { app, registry } = await boot(Orders);
    expect(registry.list().map(({ name }) => name)).toEqual(['Orders.get', 'Client.get']);
    await ended(app.get(Orders).get());
    await ended(app.get(Orders).get());
    expect([registry.state('Orders.get'), registry.state('Client.get')]).toEqual(['open', 'open']);
    await app.close();
  });

  it('shares its circuit among all instances of a class', async () => {
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot()],
      providers: [Users, { provide: 'second', useFactory: () => new Users() }],
    })
      .setLogger(silent)
      .compile();
    await app.init();
    await ended(app.get(Users).get());
    await ended(app.get<Users>('second').get());
    expect(app.get(PolicyRegistry).list()).toEqual([{ name: 'Users.get', state: 'open' }]);
    await app.close();
  });

  it('is told apart by a number from that of another class of the same name', async () => {
    const { app, registry } = await boot(namesake(false), namesake(true));
    expect(registry.list().map(({ name }) => name)).toEqual(['Stock.count', 'Stock.count#2']);
    await app.close();
  });

  it('of a guard is checked at boot as well', async () => {
    const { UseGuards, Controller, Get } = await import('@nestjs/common');
    @Injectable()
    class Guard {
      @Retry(0)
      canActivate() {
        return true;
      }
    }
    @Controller()
    class Home {
      @Get()
      @UseGuards(Guard)
      home() {}
    }
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot()],
      controllers: [Home],
    })
      .setLogger(silent)
      .compile();
    await expect(module.init()).rejects.toThrow('Guard.canActivate: retry: Invalid value 0.');
  });

  it('of a value goes by the latest app that provides it', async () => {
    const users = new Users();
    const states: unknown[] = [];
    for (let boots = 0; boots < 2; boots += 1) {
      const app = await Test.createTestingModule({
        imports: [ResilienceModule.forRoot()],
        providers: [{ provide: Users, useValue: users }],
      })
        .setLogger(silent)
        .compile();
      await app.init();
      states.push(await ended(users.get()));
      await ended(users.get());
      states.push(app.get(PolicyRegistry).state('Users.get'));
      await app.close();
    }
    expect(states).toEqual([broken, 'open', broken, 'open']);
  });
});
