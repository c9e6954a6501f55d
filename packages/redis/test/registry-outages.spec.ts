import { registryOutages } from '@rookery/discovery/testing';
import { redisRegistry } from '@rookery/redis';
import { engineAnswers, EngineServer, TcpLink } from '@rookery/testing';
import { jest } from '@jest/globals';

jest.setTimeout(60_000);

if (await engineAnswers('redis')) {
  registryOutages('redis', async () => {
    const server = await EngineServer.start('redis');
    const link = await TcpLink.to(server.port);
    return {
      server,
      link,
      connect: (port) => redisRegistry({ url: `redis://127.0.0.1:${port}`, timeout: 300, sweep: 50 }),
    };
  });
} else {
  describe.skip('redis as a registry that breaks', () => {
    it('needs a server', () => {});
  });
}
