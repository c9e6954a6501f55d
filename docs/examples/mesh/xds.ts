import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, Transport } from '@nestjs/microservices';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { MeshClient, MeshModule, type MeshRpcError } from '@rookery/mesh';
import { XdsServer, XdsServerModule } from '@rookery/mesh/xds';
import { freePort } from '@rookery/testing';

const directory = mkdtempSync(join(tmpdir(), 'rookery-docs-'));
const protoPath = join(directory, 'users.proto');
writeFileSync(
  protoPath,
  `syntax = "proto3";
package users.v1;
service Users { rpc Find (UserId) returns (User); rpc Remove (UserId) returns (User); }
message UserId { int32 id = 1; }
message User { int32 id = 1; string name = 2; }
`,
);

@Controller()
class Users {
  @GrpcMethod('Users', 'Find')
  find({ id }: { id: number }) {
    return { id, name: 'Ada' };
  }
}

@Module({ controllers: [Users] })
class UserServiceModule {}

async function startUsers(port: number) {
  const options = { package: 'users.v1', protoPath, url: `127.0.0.1:${port}` };
  const app = await NestFactory.createMicroservice(UserServiceModule, {
    transport: Transport.GRPC,
    options,
    logger: false,
  });
  await app.listen();
  return app;
}

const registry = memoryRegistry();

// #region example
@Module({
  imports: [
    DiscoveryModule.forRoot({ registry, service: 'control-plane', advertise: false }),
    XdsServerModule.forRoot({ port: 0 }), // in earnest a fixed one, such as 18000
  ],
})
export class ControlPlaneModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const plane = await NestFactory.createApplicationContext(ControlPlaneModule, { logger: false });
  const port = await freePort();
  const users = await startUsers(port); // a gRPC service in any language, which registers itself or is registered
  const instance = { service: 'user-service', host: '127.0.0.1', port, protocol: 'grpc' };
  await plane.get(ServiceRegistry).register(instance);

  // Every gRPC reads this, in every language; GRPC_XDS_BOOTSTRAP names a file with the same in it.
  process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = JSON.stringify({
    xds_servers: [
      {
        server_uri: `127.0.0.1:${plane.get(XdsServer).port}`,
        channel_creds: [{ type: 'insecure' }],
      },
    ],
    node: { id: 'order-service-1', locality: {} },
  });
  const orders = await NestFactory.createApplicationContext(
    MeshModule.forRoot({ mode: 'proxyless', protoPath }),
    { logger: false },
  );
  const mesh = orders.get(MeshClient);
  print(JSON.stringify(await mesh.call('user-service', 'users.v1.Users/Find', { id: 7 })));
  await mesh.call('user-service', 'users.v1.Users/Remove', { id: 7 }).catch((error: MeshRpcError) => {
    print(`${error.grpcStatus}, as HTTP ${error.status}`);
  });
  await orders.close();
  await users.close();
  await plane.close();
}
// #endregion

process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
