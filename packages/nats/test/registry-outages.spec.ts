import { registryOutages } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers, EngineServer, TcpLink } from '@rookery/testing';
import { jest } from '@jest/globals';

jest.setTimeout(60_000);

if (await engineAnswers('nats')) {
  registryOutages('nats', async () => {
    const server = await EngineServer.start('nats');
    const link = await TcpLink.to(server.port);
    return {
      server,
      link,
      connect: (port) => natsRegistry({ servers: [`127.0.0.1:${port}`], timeout: 300 }),
    };
  });
} else {
  describe.skip('nats as a registry that breaks', () => {
    it('needs a server', () => {});
  });
}
