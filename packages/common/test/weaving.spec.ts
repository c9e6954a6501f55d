import { Controller, Get, Injectable, Module, Scope, SetMetadata, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, Reflector } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { attachRuntime, reweave, type Weaving, weaveMethod } from '@rookery/common';

class Journal {
  readonly calls: string[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    attachRuntime(this.discovery, journaling, this);
  }
}

const journaling: Weaving<Journal> = {
  name: '@test/journaling',
  runtime: Journal,
  invoke(journal, call) {
    journal.calls.push(`${call.method.className}.${call.method.name}`);
    return call.proceed();
  },
};

const Journaled = (): MethodDecorator => (target, key, descriptor) =>
  weaveMethod(journaling, target, key, descriptor as PropertyDescriptor);

@Injectable()
class Single {
  readonly #secret = 'a';

  @SetMetadata('role', 'admin')
  @Journaled()
  @Journaled()
  read(_first: string, _second: string) {
    return this.#secret;
  }
}

@Injectable()
class Child extends Single {
  @Journaled()
  own() {
    return 'own';
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  @Journaled()
  read() {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @Journaled()
  read() {}
}

@Controller()
class Web {
  @Journaled()
  @Get('page')
  page() {}
}

@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Journal, useFactory: (d: DiscoveryService) => new Journal(d), inject: [DiscoveryService] },
  ],
  exports: [Journal],
  // Global, as every module of the suite that has decorators.
})
class JournalModule {}

const parts = {
  controllers: [Web],
  providers: [
    Single,
    Child,
    PerRequest,
    Transient,
    { provide: 'factory', useFactory: () => new Single() },
    { provide: 'value', useValue: new Child() },
  ],
};

async function boot(imports: unknown[] = [{ module: JournalModule, global: true }]) {
  const app = await Test.createTestingModule({ imports: imports as Type[], ...parts }).compile();
  return app.init();
}

describe('weaving', () => {
  it('reaches singleton, inherited, request-scoped, transient, controller, factory and value instances', async () => {
    const app = await boot();
    app.get(Single).read('', '');
    app.get(Child).read('', '');
    app.get(Child).own();
    (await app.resolve(PerRequest)).read();
    (await app.resolve(Transient)).read();
    app.get(Web).page();
    app.get<Single>('factory').read('', '');
    app.get<Child>('value').own();
    expect(app.get(Journal).calls).toEqual([
      'Single.read',
      'Single.read',
      'Child.own',
      'PerRequest.read',
      'Transient.read',
      'Web.page',
      'Single.read',
      'Child.own',
    ]);
    await app.close();
  });

  it('keeps name, length and metadata, above and below it', () => {
    expect(Single.prototype.read.name).toBe('read');
    expect(Single.prototype.read).toHaveLength(2);
    expect(new Reflector().get('role', Single.prototype.read)).toBe('admin');
    expect(Reflect.getMetadata('path', Web.prototype.page)).toBe('page');
  });

  it('keeps two apps in one process apart', async () => {
    const [one, two] = [await boot([{ module: JournalModule, global: true }]), await boot()];
    one.get(Single).read('', '');
    expect(one.get(Journal).calls).toHaveLength(1);
    expect(two.get(Journal).calls).toHaveLength(0);
    await one.close();
    await two.close();
  });

  it('runs the plain method in an instance made by hand', () => {
    expect(new Single().read('', '')).toBe('a');
  });

  it('is refused by Nest at boot, by name, when the module is not imported', async () => {
    const booting = Test.createTestingModule({ providers: [Single] }).compile();
    await expect(booting).rejects.toThrow(/Single.*@test\/journaling/s);
  });

  it('can be done again around another body, which gets name, length and metadata', async () => {
    class Late extends Single {}
    function body(this: Late, first: unknown) {
      return `${String(first)} of ${this.constructor.name}`;
    }
    const read = reweave(Single.prototype.read as (...args: unknown[]) => unknown, body);
    Object.defineProperty(Late.prototype, 'read', { value: read });
    expect([read.name, read.length, new Reflector().get('role', read)]).toEqual(['read', 2, 'admin']);
    expect(new Late().read('b', '')).toBe('b of Late');

    const app = await Test.createTestingModule({
      imports: [{ module: JournalModule, global: true }],
      providers: [Late, Single],
    }).compile();
    expect(app.get(Late).read('c', '')).toBe('c of Late');
    expect(app.get(Journal).calls).toEqual(['Single.read']);
    expect(app.get(Single).read('', '')).toBe('a');
    await app.close();
  });

  it('leaves a body as it is when nothing is woven', () => {
    const body = () => 'b';
    expect(reweave(function plain() {}, body)).toBe(body);
    expect(body.name).toBe('plain');
  });

  it('refuses what is not a method', () => {
    expect(() => weaveMethod(journaling, Single.prototype, 'field', { value: 1 })).toThrow(
      'works only on a method',
    );
    expect(() => weaveMethod(journaling, Single, 'of', { value() {} })).toThrow('Single.of: a static method');
  });
});
