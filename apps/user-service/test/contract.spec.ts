import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserApi } from '@demo/contracts';
import { Test } from '@nestjs/testing';
import { contractDrift } from '@rookery/client/testing';

const directory = await mkdtemp(join(tmpdir(), 'rookery-users-'));
Object.assign(process.env, { DATA_DIR: directory, LOG_LEVEL: 'silent' });
// Imported after the environment is set, because the module reads it.
const { AppModule } = await import('../src/app.module.js');

describe('user-service', () => {
  it('serves all that its contract promises', async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile({ snapshot: true });
    const app = await module.createNestApplication().init();
    expect(contractDrift(app, UserApi)).toEqual([]);
    await app.close();
    await rm(directory, { recursive: true });
  });
});
