import type * as Grpc from '@grpc/grpc-js';
import type * as Loader from '@grpc/proto-loader';
import { messageOf, OptionsError } from '@rookery/common';

/** The packages that the mode needs and that other modes do without. */
export interface GrpcPackages {
  readonly grpc: typeof Grpc;
  readonly loader: typeof Loader;
}

const PACKAGES = '@grpc/grpc-js@~1.14.5 @grpc/grpc-js-xds@~1.14.1 @grpc/proto-loader@^0.8.1';

/** Loads gRPC and makes it understand `xds:`. Rejects with an `OptionsError` that says what to install. */
export async function loadGrpc(where: string): Promise<GrpcPackages> {
  try {
    const [grpc, loader, xds] = await Promise.all([
      import('@grpc/grpc-js'),
      import('@grpc/proto-loader'),
      import('@grpc/grpc-js-xds'),
    ]);
    xds.register();
    return { grpc, loader };
  } catch (error) {
    throw new OptionsError(where, [
      `mode: 'proxyless' needs packages that cannot be loaded (${messageOf(error).split('\n')[0]}). ` +
        `Install them: npm install ${PACKAGES}.`,
    ]);
  }
}
