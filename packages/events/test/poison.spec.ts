import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sqliteBroker } from '@rookery/events';
import { ConformanceRig } from '@rookery/events/testing';

const program = fileURLToPath(new URL('./fixtures/node.mjs', import.meta.url));

/** Runs one process until it dies, or has handled an event and is killed. */
function runOnce(file: string, name: string): Promise<'died' | 'handled'> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'die', file, '-', name]);
    let handled = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!text.includes('handled')) return;
      handled = true;
      // Time for the result to be stored; were it not, the event would only be delivered again.
      setTimeout(() => child.kill('SIGKILL'), 100);
    });
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => text.includes('gave up') || reject(new Error(text)));
    child.on('close', () => resolve(handled ? 'handled' : 'died'));
  });
}

describe('an event that kills the process that handles it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rookery-poison-'));
  const file = join(directory, 'events.db');
  const rig = new ConformanceRig({ factory: sqliteBroker({ file }) });

  afterAll(async () => {
    await rig.dispose();
    rmSync(directory, { recursive: true });
  });

  it('is among the dead letters after its attempts, and those behind it are handled', async () => {
    const ends: string[] = [];
    for (let number = 1; number <= 4; number += 1) ends.push(await runOnce(file, `p${number}`));
    expect(ends).toEqual(['died', 'died', 'died', 'handled']);
    const letters = await (await rig.open()).deadLetters.list({});
    expect(letters).toMatchObject([
      { handler: 'mortal', attempts: 4, failure: { name: 'AttemptsExhaustedError' } },
    ]);
  }, 20_000);
});
