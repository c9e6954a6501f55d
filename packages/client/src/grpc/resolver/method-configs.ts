import { ByMethod } from '../service-config/by-method.js';
import { type GrpcJsMethodConfig, methodConfigForGrpcJs } from '../service-config/for-grpc-js.js';
import { type GrpcServiceConfig } from '../service-config/service-config.js';

const NOTHING: GrpcJsMethodConfig = { name: [] };

/** What a checked service config says about each method, by the path of its calls and as grpc-js keeps it. */
export class MethodConfigs {
  readonly #configs: ByMethod<GrpcJsMethodConfig>;

  constructor({ methodConfig = [] }: GrpcServiceConfig) {
    this.#configs = new ByMethod(
      methodConfig.map((config) => [config.name, methodConfigForGrpcJs(config)] as const),
    );
  }

  /** @param path Such as `/users.v1.UserService/FindUser`. */
  of(path: string): GrpcJsMethodConfig {
    const [, service = '', method = ''] = path.split('/');
    return this.#configs.of(service, method) ?? NOTHING;
  }
}
