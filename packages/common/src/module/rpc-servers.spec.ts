import { type RpcServer } from './rpc-server.js';
import { RpcServers } from './rpc-servers.js';

/** A server that listens when the test says so, and knows what its owner was told. */
function server() {
  const told: unknown[][] = [];
  let finish: (...facts: unknown[]) => unknown = () => undefined;
  const fake: RpcServer = {
    listen: (callback) => {
      finish = callback;
    },
    close: () => undefined,
  };
  return {
    fake,
    told,
    finish: (...facts: unknown[]) => finish(...facts),
    owner: (...facts: unknown[]) => told.push(facts),
  };
}

describe('RpcServers', () => {
  it('tells of each server once, those that were there before among them', () => {
    const servers = new RpcServers();
    const [one, two] = [server(), server()];
    const seen: RpcServer[] = [];
    servers.add(one.fake);
    servers.onAdded((added) => seen.push(added));
    servers.add(two.fake);
    servers.add(one.fake);
    expect([seen, servers.count]).toEqual([[one.fake, two.fake], 2]);
  });

  it('tells when one listens, before its owner knows, and to those who ask later', () => {
    const servers = new RpcServers();
    const { fake, finish, owner, told } = server();
    servers.add(fake);
    const seen: [RpcServer, number][] = [];
    servers.onListening((listening) => seen.push([listening, told.length]));
    fake.listen(owner);
    expect(seen).toEqual([]);
    finish(undefined, 'fact');
    finish(undefined, 'again');
    expect(seen).toEqual([[fake, 0]]);
    expect(told).toEqual([
      [undefined, 'fact'],
      [undefined, 'again'],
    ]);
    const late: RpcServer[] = [];
    servers.onListening((listening) => late.push(listening));
    expect(late).toEqual([fake]);
  });

  it('tells nothing of one that cannot listen, but its owner', () => {
    const servers = new RpcServers();
    const { fake, finish, owner, told } = server();
    servers.add(fake);
    const seen: RpcServer[] = [];
    servers.onListening((listening) => seen.push(listening));
    fake.listen(owner);
    const error = new Error('EADDRINUSE');
    finish(error);
    expect([seen, told]).toEqual([[], [[error]]]);
  });
});
