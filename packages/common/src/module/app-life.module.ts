import { type HttpServer, Inject, Logger, Module, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { AppClosing } from './app-closing.js';
import { type RpcServer } from './rpc-server.js';
import { RpcServers } from './rpc-servers.js';

/**
 * Knows when the servers of an app listen, and runs `AppClosing` before Nest destroys anything. A module that needs
 * either imports it; all of them get the same.
 *
 * Nest has a seam for each kind of app. An HTTP app, also one with microservices, awaits its adapter's `beforeClose`
 * before every hook. An app of microservices only closes its server first when `close` is called, and calls the hooks
 * first when a signal comes; an app without servers has hooks only. Nest calls the `onModuleDestroy` of global modules
 * last, when the app's own connections are closed already, so this module makes itself the first of all.
 */
@Module({
  providers: [
    {
      provide: AppClosing,
      useFactory: () => {
        const logger = new Logger('Lifecycle');
        return new AppClosing((error, step) => logger.error(`Closing, step "${step}" failed.`, error));
      },
    },
    {
      provide: RpcServers,
      inject: [ModulesContainer],
      useFactory: (modules: ModulesContainer) => {
        const servers = new RpcServers();
        modules.getRpcTargetRegistry<RpcServer>().subscribe((server) => servers.add(server));
        return servers;
      },
    },
  ],
  exports: [AppClosing, RpcServers],
})
export class AppLifeModule implements OnModuleDestroy {
  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(RpcServers) servers: RpcServers,
    @Inject(AppClosing) private readonly closing: AppClosing,
  ) {
    for (const module of modules.values()) {
      // Hooks of a shutdown run by distance from the root module, which has the smallest of all others.
      if (module.metatype === AppLifeModule) module.distance = -1;
    }
    host.init$.subscribe(() => {
      const adapter: HttpServer | null = host.httpAdapter;
      if (adapter) runBefore(adapter, 'beforeClose', () => closing.run());
    });
    servers.onAdded((server) => {
      // Of an app that also serves HTTP, a single transport may be closed by hand without ending the app.
      if (!host.httpAdapter) runBefore(server, 'close', () => closing.run());
    });
  }

  /** When nothing else has announced the end. */
  onModuleDestroy(): Promise<void> {
    return this.closing.run();
  }
}

function runBefore<K extends string>(
  target: { [name in K]?: () => unknown },
  method: K,
  work: () => Promise<void>,
): void {
  const inner = target[method]?.bind(target);
  target[method] = async () => {
    await work();
    await inner?.();
  };
}
