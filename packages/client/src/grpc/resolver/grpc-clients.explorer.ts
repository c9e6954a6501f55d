import { type ClientOptions } from '@grpc/grpc-js';
import { type InjectionToken, Logger, type OnModuleInit } from '@nestjs/common';
import { type ModulesContainer } from '@nestjs/core';
import { check, checkOptions, OptionsError, shape } from '@rookery/common';
import {
  channelServiceConfigCheck,
  parseServiceConfig,
  SERVICE_CONFIG,
} from '../service-config/channel-service-config.js';
import { serviceConfigForGrpcJs } from '../service-config/for-grpc-js.js';
import { type GrpcServiceConfig } from '../service-config/service-config.js';
import { type GrpcDiscovery } from './grpc-discovery.js';
import { type GrpcResolver } from './grpc-resolver.js';
import { isOurs, type NestGrpcClient } from './nest-grpc-client.js';
import { SCHEME } from './register-scheme.js';
import { DISCOVERY_OPTION } from './running-apps.js';

/**
 * Finds the app's own gRPC clients with a `rookery:` target, checks what they were given, and makes them part of the app. As
 * its module is global, this comes before any other `onModuleInit`, which is where clients are asked for their services.
 */
export class GrpcClientsExplorer implements OnModuleInit {
  readonly #logger = new Logger('GrpcResolver');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly resolver: GrpcResolver,
  ) {}

  onModuleInit(): void {
    const seen = new Set<unknown>();
    for (const { providers } of this.modules.values()) {
      for (const [token, { instance }] of providers) {
        if (seen.has(instance) || !isOurs(instance)) continue;
        seen.add(instance);
        this.#take(nameOf(token), instance);
      }
    }
  }

  #take(name: string, client: NestGrpcClient): void {
    const { url, channelOptions = {} } = client.options;
    const { serviceConfig } = checkOptions(`The gRPC client ${name}`, clientCheck, {
      url,
      serviceConfig: parseServiceConfig(channelOptions[SERVICE_CONFIG]) as GrpcServiceConfig | undefined,
    });
    const { [DISCOVERY_OPTION]: before } = channelOptions as Record<string, GrpcDiscovery | undefined>;
    if (before && !before.stopping.aborted) throw new OptionsError(`The gRPC client ${name}`, [SHARED]);
    if (client.clients && client.clients.size > 0) {
      this.#logger.warn(
        `${name} was asked for a service before the app was initialised, so its calls have no deadline and no trace. Call getService in onModuleInit.`,
      );
    }
    // The app's own object stays as it is: it may serve for another client.
    client.options = {
      ...client.options,
      channelOptions: this.#withOurs(readable(channelOptions, serviceConfig)),
    };
  }

  /** What the app has set itself stays. */
  #withOurs(own: Partial<ClientOptions>): Partial<ClientOptions> {
    const ours = this.resolver.channelOptions;
    const interceptors = [...(own.interceptors ?? []), ...(ours.interceptors ?? [])];
    return { ...ours, ...own, [DISCOVERY_OPTION]: ours[DISCOVERY_OPTION], interceptors };
  }
}

const SHARED =
  'Two apps of this process use it, which have registries of their own. Use ClientsModule.registerAsync, which makes one for each app.';

const target = check(
  (value) => typeof value === 'string' && TARGET.test(value),
  'rookery:/// and the name of a service, such as "rookery:///user-service"',
);

const TARGET = new RegExp(`^${SCHEME}:///[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`);

const clientCheck = shape<{ url: unknown; serviceConfig: unknown }>({
  url: target,
  serviceConfig: channelServiceConfigCheck,
});

/** With a service config that grpc-js cannot misread. */
function readable(
  options: Partial<ClientOptions>,
  config: GrpcServiceConfig | undefined,
): Partial<ClientOptions> {
  return config ? { ...options, [SERVICE_CONFIG]: serviceConfigForGrpcJs(config) } : options;
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : String(token);
}
