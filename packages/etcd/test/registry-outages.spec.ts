import { registryOutages } from '@rookery/discovery/testing';
import { etcdRegistry } from '@rookery/etcd';
import { engineAnswers, EngineServer, TcpLink } from '@rookery/testing';
import { jest } from '@jest/globals';

jest.setTimeout(60_000);

if (await engineAnswers('etcd')) {
  registryOutages('etcd', async () => {
    const server = await EngineServer.start('etcd');
    const link = await TcpLink.to(server.port);
    return {
      server,
      link,
      connect: (port) => etcdRegistry({ endpoints: [`http://127.0.0.1:${port}`], timeout: 400, idle: 300 }),
    };
  });
} else {
  describe.skip('etcd as a registry that breaks', () => {
    it('needs a server', () => {});
  });
}
