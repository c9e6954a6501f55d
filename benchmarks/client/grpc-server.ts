import { join } from 'node:path';
import {
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** A service that costs as little as can be: what is measured is who calls it. */
const { bench } = loadPackageDefinition(loadSync(join(import.meta.dirname, 'grpc.proto'))) as unknown as {
  bench: { Users: ServiceClientConstructor };
};
const answer = { id: '42', name: 'Ada Lovelace', email: 'ada@example.com', roles: ['author'] };

const server = new Server();
server.addService(bench.Users.service, {
  Find: (_call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => done(null, answer),
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.send?.(port);
});
process.once('disconnect', () => process.exit());
