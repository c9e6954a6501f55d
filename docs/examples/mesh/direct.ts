import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import {
  type IdentityOptions,
  MeshClient,
  MeshModule,
  type PeerIdentityError,
  secureServer,
  WorkloadIdentity,
} from '@rookery/mesh';

const directory = mkdtempSync(join(tmpdir(), 'rookery-docs-'));
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Stands for SPIRE or cert-manager, which keep these files: the identity of a service, signed by an authority. */
function filesOf(service: string): IdentityOptions {
  const names = `URI:spiffe://example.org/ns/shop/sa/${service}`;
  writeFileSync(join(directory, 'ext'), `subjectAltName=${names}\nbasicConstraints=critical,CA:FALSE\n`);
  openssl('req', '-new', ...newKey, '-subj', '/CN=x', '-keyout', `${service}.key`, '-out', 'csr');
  const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'ext', '-days', '1'];
  openssl('x509', '-req', '-in', 'csr', '-out', `${service}.pem`, ...signer);
  return {
    certificate: join(directory, `${service}.pem`),
    key: join(directory, `${service}.key`),
    trustBundle: join(directory, 'ca.pem'),
    trustDomain: 'example.org',
  };
}

function newAuthority(): void {
  const subject = ['-subj', '/CN=docs', '-addext', 'basicConstraints=critical,CA:TRUE'];
  openssl('req', '-x509', ...newKey, ...subject, '-keyout', 'ca.key', '-out', 'ca.pem');
}

const backend = memoryRegistry();

// #region example
@Controller('users')
export class Users {
  @Post('find')
  find(@Body() { id }: { id: number }) {
    return { id, name: 'Ada' };
  }
}

@Module({ controllers: [Users] })
export class UserServiceModule {}

export async function run(print: (line: string) => void): Promise<void> {
  newAuthority();
  const identity = await WorkloadIdentity.open(filesOf('user-service'));
  const users = await NestFactory.create(UserServiceModule, {
    httpsOptions: identity.serverOptions,
    logger: false,
  });
  secureServer(users.getHttpServer(), identity, { callers: (id) => id.endsWith('/sa/order-service') });
  await users.listen(0, '127.0.0.1');

  const orders = await NestFactory.createApplicationContext(
    {
      module: class OrderServiceModule {},
      imports: [
        DiscoveryModule.forRoot({ registry: backend, service: 'order-service', advertise: false }),
        MeshModule.forRoot({ mode: 'direct', namespace: 'shop', identity: filesOf('order-service') }),
      ],
    },
    { logger: false },
  );
  const port = Number(new URL(await users.getUrl()).port);
  for (const service of ['user-service', 'payment-service']) {
    // Somebody has registered the users' address as the payments'.
    await orders.get(ServiceRegistry).register({ service, host: '127.0.0.1', port, protocol: 'https' });
  }
  const mesh = orders.get(MeshClient);
  print(JSON.stringify(await mesh.call('user-service', 'users/find', { id: 7 })));
  await mesh.call('payment-service', 'pay', { card: '4111' }).catch((error: PeerIdentityError) => {
    print(`${error.code}, ${error.problem}: ${error.presented.join(', ')}`);
  });
  await orders.close();
  await users.close();
  await identity.close();
  rmSync(directory, { recursive: true });
}
// #endregion
