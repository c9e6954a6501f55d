import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ENGINE_PORTS, engineAnswers, freePort } from '@rookery/testing';
import { newNamespace, removeNamespace } from './namespaces.js';

const script = fileURLToPath(new URL('fixtures/never-closed.mjs', import.meta.url));
const itWithRedis = (await engineAnswers('redis')) ? it : it.skip;

async function linesOf(...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return stdout.trim().split('\n');
}

describe('a process that never closes its registry in redis', () => {
  it('ends by itself when no connection was to be had', async () => {
    expect(await linesOf(`redis://127.0.0.1:${await freePort()}`)).toEqual(['REGISTRY_UNAVAILABLE', 'used']);
  });

  itWithRedis('ends by itself with a lease and a watch', async () => {
    const url = `redis://127.0.0.1:${ENGINE_PORTS.redis}`;
    const namespace = newNamespace();
    try {
      expect(await linesOf(url, namespace)).toEqual(['SERVICE_NOT_FOUND', 'used']);
    } finally {
      await removeNamespace(url, namespace);
    }
  });
});
