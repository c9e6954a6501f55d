import { type ChannelOptions, experimental, status } from '@grpc/grpc-js';
import { checkOptions, shape } from '@rookery/common';
import {
  channelServiceConfigCheck,
  parseServiceConfig,
  SERVICE_CONFIG,
} from '../service-config/channel-service-config.js';
import { type GrpcServiceConfig } from '../service-config/service-config.js';
import { configSelector } from './config-selector.js';
import { withList } from './located-list.js';
import { MethodConfigs } from './method-configs.js';
import { POLICY_NAME } from './rookery-policy.js';
import { appOf } from './running-apps.js';
import { ServiceWatch } from './service-watch.js';

const POLICY = [{ [POLICY_NAME]: {} }];

/**
 * Makes `rookery:///user-service` a target of gRPC: the instances that the app's registry lists, and those that it lists a
 * moment later. It knows of a change as soon as the registry tells, where a name server is asked after a connection was lost.
 */
export class RookeryResolver implements experimental.Resolver {
  readonly #service: string;
  readonly #config: GrpcServiceConfig;
  readonly #methods: MethodConfigs;
  #watch: ServiceWatch | undefined;

  constructor(
    target: experimental.GrpcUri,
    private readonly listener: experimental.ResolverListener,
    private readonly options: ChannelOptions,
  ) {
    this.#service = RookeryResolver.getDefaultAuthority(target);
    this.#config = serviceConfigOf(this.#service, options);
    this.#methods = new MethodConfigs(this.#config);
  }

  /** The `:authority` of calls, and the name that is expected of a certificate: that of the service. */
  static getDefaultAuthority({ authority, path }: experimental.GrpcUri): string {
    if (!authority && /^[^/:?#]+$/.test(path)) return path;
    throw new Error(`"rookery://${authority ?? ''}/${path}" names no service. Use rookery:///user-service.`);
  }

  /** grpc-js asks for it before the first call, and when a connection was lost. It is never answered at once. */
  updateResolution(): void {
    if (this.#watch) return this.#watch.lookAgain();
    const app = appOf(this.options);
    if (typeof app === 'string') return void setImmediate(() => this.#fail(app));
    const { listener } = this;
    this.#watch = new ServiceWatch(this.#service, app, {
      found: ({ located, problems }, note) => {
        listener(
          experimental.statusOrFromValue(located.map(({ addresses }) => ({ addresses: [...addresses] }))),
          {
            ...withList({ service: this.#service, discovery: app, located }),
            [experimental.CHANNEL_ARGS_CONFIG_SELECTOR_KEY]: configSelector(this.#methods),
          },
          experimental.statusOrFromValue(this.#serviceConfig()),
          [note, ...problems].filter(Boolean).join('; '),
        );
      },
      failed: (reason) => this.#fail(reason),
    });
  }

  /** Called when the channel is closed, or was not used for long: in that case it is asked for more later. */
  destroy(): void {
    this.#watch?.end();
    this.#watch = undefined;
  }

  /** What concerns methods comes with the config selector, so that it is here for the policy and the limit of retries. */
  #serviceConfig() {
    const { retryThrottling } = this.#config;
    return { loadBalancingConfig: POLICY, methodConfig: [], ...(retryThrottling && { retryThrottling }) };
  }

  #fail(reason: string): void {
    const failure = experimental.statusOrFromError<experimental.Endpoint[]>({
      code: status.UNAVAILABLE,
      details: `rookery:///${this.#service}: ${reason}`,
    });
    const config = experimental.statusOrFromValue(this.#serviceConfig());
    this.listener(failure, {}, config, '');
  }
}

const optionsCheck = shape<{ [SERVICE_CONFIG]: unknown }>({ [SERVICE_CONFIG]: channelServiceConfigCheck });

/** Checked here as well: a client that is made by hand is known to no boot. */
function serviceConfigOf(service: string, { [SERVICE_CONFIG]: json }: ChannelOptions): GrpcServiceConfig {
  const given = { [SERVICE_CONFIG]: parseServiceConfig(json) as GrpcServiceConfig | undefined };
  return checkOptions(`rookery:///${service}`, optionsCheck, given)[SERVICE_CONFIG] ?? {};
}
