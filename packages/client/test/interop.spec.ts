import { CASES } from './interop/cases.js';
import { nestServer } from './interop/nest-server.js';
import { ourClient } from './interop/our-client.js';
import { plainClient } from './interop/plain-client.js';
import { plainServer } from './interop/plain-server.js';
import { type TestClient, type TestServer } from './interop/test-client.js';

interface Closes {
  close(): unknown;
}

const PAIRS: readonly [
  string,
  () => Promise<TestServer & Closes>,
  (port: number) => Promise<TestClient & Closes>,
][] = [
  ['our client and a plain server', plainServer, ourClient],
  ['a plain client and our server', nestServer, (port) => Promise.resolve(plainClient(port))],
  ['our client and our server', nestServer, ourClient],
];

/** https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md */
describe.each(PAIRS)('interoperability of %s', (_pair, startServer, startClient) => {
  let server: TestServer & Closes;
  let client: TestClient & Closes;

  beforeAll(async () => {
    server = await startServer();
    client = await startClient(server.port);
  });

  afterAll(async () => {
    await client.close();
    await server.close();
  });

  it.each(Object.entries(CASES))('%s', async (_name, run) => {
    expect.hasAssertions();
    await run(client, server);
  });
});
