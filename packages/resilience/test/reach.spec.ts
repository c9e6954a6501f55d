import {
  type CanActivate,
  Controller,
  Get,
  Injectable,
  type INestApplication,
  Module,
  type NestInterceptor,
  Param,
  type PipeTransform,
  Scope,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { type Observable, of } from 'rxjs';
import { Fallback, ResilienceModule } from '@rookery/resilience';
import { broken, ended, silent } from './support.js';

/** Answers `guarded` where the policies reach it. */
@Injectable()
class Probe {
  @Fallback(() => 'guarded')
  ask(): Promise<string> {
    return Promise.reject(broken);
  }
}

@Injectable()
class Guard implements CanActivate {
  @Fallback(() => true)
  canActivate(): Promise<boolean> {
    return Promise.reject(broken);
  }
}

@Injectable()
class Interceptor implements NestInterceptor {
  @Fallback(() => of('guarded'))
  intercept(): Observable<unknown> {
    throw broken;
  }
}

@Injectable()
class Pipe implements PipeTransform {
  @Fallback(() => 'guarded')
  transform(): Promise<string> {
    return Promise.reject(broken);
  }
}

@Controller()
class Web {
  @Get('guard')
  @UseGuards(Guard)
  guard() {
    return 'guarded';
  }

  @Get('interceptor')
  @UseInterceptors(Interceptor)
  interceptor() {
    return 'plain';
  }

  @Get('pipe/:text')
  @UsePipes(Pipe)
  pipe(@Param('text') text: string) {
    return text;
  }

  @Get('made/guard')
  @UseGuards(new Guard())
  madeGuard() {
    return 'guarded';
  }
}

async function boot(metadata: Parameters<typeof Test.createTestingModule>[0]): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    ...metadata,
    imports: [ResilienceModule.forRoot(), ...(metadata.imports ?? [])],
  })
    .setLogger(silent)
    .compile();
  return module.createNestApplication({ logger: silent }).init();
}

describe('the policies reach', () => {
  it.each([
    ['guard', 200, 'guarded'],
    ['interceptor', 200, 'guarded'],
    ['pipe/plain', 200, 'guarded'],
    ['made/guard', 500, undefined],
  ])('or do not reach %s, which answers %i', async (path, status, text) => {
    const app = await boot({ controllers: [Web] });
    await app.listen(0);
    const answer = await fetch(`${await app.getUrl()}/${path}`);
    expect(answer.status).toBe(status);
    if (text !== undefined) await expect(answer.text()).resolves.toBe(text);
    else await answer.body?.cancel();
    await app.close();
  });

  it('classes in a lazily loaded module, and no instance of a factory there', async () => {
    @Module({ providers: [Probe, { provide: 'made', useFactory: () => new Probe() }] })
    class LateModule {}
    const app = await boot({});
    const late = await app.get(LazyModuleLoader, { strict: false }).load(() => LateModule);
    await expect(ended(late.get(Probe).ask())).resolves.toBe('guarded');
    await expect(ended(late.get<Probe>('made').ask())).resolves.toBe(broken);
    await app.close();
  });

  it('no object inside of what a factory returns, and nothing that a factory makes for each request', async () => {
    const app = await boot({
      providers: [
        { provide: 'map', useFactory: () => ({ probe: new Probe() }) },
        { provide: Probe, scope: Scope.REQUEST, useFactory: () => new Probe() },
      ],
    });
    await expect(ended(app.get<{ probe: Probe }>('map').probe.ask())).resolves.toBe(broken);
    await expect(ended((await app.resolve(Probe)).ask())).resolves.toBe(broken);
    await app.close();
  });

  it('no call from the constructor', async () => {
    @Injectable()
    class Early extends Probe {
      readonly first = ended(this.ask());
    }
    const app = await boot({ providers: [Early] });
    const early = app.get(Early);
    await expect(early.first).resolves.toBe(broken);
    await expect(early.ask()).resolves.toBe('guarded');
    await app.close();
  });

  it('no override without decorators of its own', async () => {
    @Injectable()
    class Override extends Probe {
      override ask(): Promise<string> {
        return Promise.reject(broken);
      }
    }
    const app = await boot({ providers: [Override] });
    await expect(ended(app.get(Override).ask())).resolves.toBe(broken);
    await app.close();
  });
});

describe('a module that is not global', () => {
  it('reaches those who import it through a module that exports it', async () => {
    const resilience = ResilienceModule.forRoot({ isGlobal: false });
    @Module({ imports: [resilience], exports: [resilience] })
    class SharedModule {}
    @Module({ imports: [SharedModule], providers: [Probe] })
    class UsersModule {}
    const app = await Test.createTestingModule({ imports: [SharedModule, UsersModule] })
      .setLogger(silent)
      .compile();
    await app.init();
    await expect(app.get(Probe, { strict: false }).ask()).resolves.toBe('guarded');
    await app.close();
  });
});
