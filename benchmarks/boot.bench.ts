import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Suite } from './suite.ts';

const PAIRS = 15;

/**
 * The time from the start of the process until the app listens: a bare Nest app against the same app with every module
 * of the suite. The two take turns, so that a slow moment of the machine meets both.
 */
const boot: Suite = async () => {
  const bare: number[] = [];
  const full: number[] = [];
  await listeningAfter('bare-app.ts');
  await listeningAfter('full-app.ts');
  for (let pair = 0; pair < PAIRS; pair += 1) {
    bare.push(await listeningAfter('bare-app.ts'));
    full.push(await listeningAfter('full-app.ts'));
  }
  return {
    boot: {
      value: median(full) - median(bare),
      unit: 'ms',
      ratio: median(full) / median(bare),
      against: `the same app without Rookery (${median(bare).toFixed(0)} ms)`,
    },
  };
};

export default boot;

async function listeningAfter(script: string): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'rookery-boot-'));
  try {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'boot', script), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    const milliseconds = Number(output.trim().split('\n').at(-1));
    if (code !== 0 || Number.isNaN(milliseconds)) throw new Error(`${script} ended with ${code}: ${output}`);
    return milliseconds;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
