import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identifySelf, probeProcess } from './process-identity.js';

describe('a process', () => {
  it('knows itself to be running, and an equal number of another start to be gone', async () => {
    const self = await identifySelf();
    expect(self.pid).toBe(process.pid);
    expect(probeProcess(self, self)).toBe('running');
    if (self.started !== '') expect(probeProcess({ ...self, started: '1' }, self)).toBe('gone');
  });

  it('cannot tell about one of another host or container', async () => {
    const self = await identifySelf();
    expect(probeProcess({ ...self, realm: 'elsewhere' }, self)).toBe('unknown');
    expect(probeProcess({ ...self, realm: '' }, { ...self, realm: '' })).toBe('unknown');
  });

  it('sees that another has ended, also where the system does not tell when processes started', async () => {
    const self = await identifySelf();
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: 'pipe' });
    const blind = { ...self, started: '' };
    const identity = { ...blind, pid: child.pid ?? 0 };
    expect(probeProcess(identity, blind)).toBe('running');
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
    expect(probeProcess(identity, blind)).toBe('gone');
    expect(probeProcess({ ...identity, started: '7' }, self)).toBe('gone');
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('is gone when it is dead but nobody has asked for its exit code', async () => {
    const self = await identifySelf();
    // The shell starts a child, becomes a program that never waits for it, and prints the child's number.
    const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const identity = {
      ...self,
      pid: Number(output.toString()),
      started: await startOf(Number(output.toString())),
    };
    for (let looks = 0; looks < 400 && probeProcess(identity, self) !== 'gone'; looks += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(process.kill(identity.pid, 0)).toBe(true);
    expect(probeProcess(identity, self)).toBe('gone');
    const gone = once(parent, 'close');
    parent.kill('SIGKILL');
    await gone;
  });
});

async function startOf(pid: number): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
