import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ENGINE_PORTS, EngineServer, type StartableEngine } from '@rookery/testing';
import { Redis } from 'ioredis';

const programs: Record<StartableEngine, string> = {
  redis: 'redis-server',
  nats: 'nats-server',
  etcd: 'etcd',
  postgres: 'pg_isready',
};
const installed = (command: string) => spawnSync(command, ['--version']).error === undefined;

for (const [engine, command] of Object.entries(programs) as [StartableEngine, string][]) {
  const test = installed(command) ? it : it.skip;
  test(`a ${command} of its own comes up again on the same port after a kill, and leaves nothing`, async () => {
    const server = await EngineServer.start(engine);
    const { port, directory } = server;
    await server.kill();
    await server.up();
    expect(server.port).toBe(port);
    expect(Object.values(ENGINE_PORTS)).not.toContain(port);
    await server.dispose();
    expect(existsSync(directory)).toBe(false);
  });
}

const withRedis = installed(programs.redis) ? it : it.skip;

withRedis('keeps its data over a kill, and loses it when it is wiped', async () => {
  await using server = await EngineServer.start('redis', '--appendonly', 'yes', '--appendfsync', 'always');
  const ask = async (...command: [string, ...string[]]) => {
    const redis = new Redis(server.port);
    const answer = await redis.call(...command);
    redis.disconnect();
    return answer;
  };
  await ask('set', 'key', 'value');
  await server.kill();
  await server.up();
  expect(await ask('get', 'key')).toBe('value');
  await server.kill();
  await server.wipe();
  await server.up();
  expect(await ask('get', 'key')).toBeNull();
});

withRedis('says that the program refused to start', async () => {
  await expect(EngineServer.start('redis', '--no-such-option', 'yes')).rejects.toThrow(
    /redis-server ended with exit code 1/,
  );
});

it('says that the program is not installed', async () => {
  const { PATH } = process.env;
  try {
    process.env['PATH'] = '/nowhere';
    await expect(EngineServer.start('redis')).rejects.toThrow(
      /redis-server cannot be started: .*ENOENT\. Is it installed\?/,
    );
  } finally {
    process.env['PATH'] = PATH;
  }
});
