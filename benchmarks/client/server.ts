import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A service that costs as little as can be: what is measured is who calls it. */
const answer = JSON.stringify({
  id: '42',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  roles: ['author'],
});
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) };

const server = createServer((_request, response) => response.writeHead(200, headers).end(answer));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
