import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, FleetHarness, freePort } from '@rookery/testing';

async function fleetOf(script: string, onLine: (line: string) => void = () => {}) {
  const fleet = await FleetHarness.create({ env: { GREETING: 'hello' }, onLine });
  const file = join(fleet.directory, 'script.mjs');
  await writeFile(file, script);
  return { fleet, start: (name: string, env = {}) => fleet.start({ name, script: file, args: [name], env }) };
}

describe('fleet harness', () => {
  it('runs processes with their environment and arguments, and hears what they say', async () => {
    const lines: string[] = [];
    const { fleet, start } = await fleetOf(
      'console.log(process.env.GREETING, process.env.WHO, process.argv[2])',
      (line) => lines.push(line),
    );
    const one = start('one', { WHO: 'you' });
    await one.exited();
    await eventually('its line', () => lines.length);
    expect(lines).toEqual(['hello you one']);
    expect(one).toMatchObject({ running: false, exitCode: 0, lines: ['hello you one'] });
    await fleet.stop();
  });

  it('runs a process under another command, which becomes it', async () => {
    const { fleet } = await fleetOf('');
    const script = join(fleet.directory, 'script.mjs');
    await writeFile(script, 'console.log(process.env.WHO, process.pid, process.argv[2])');
    const one = fleet.start({ name: 'one', script, args: ['a b'], under: ['env', 'WHO=you'] });
    await one.exited();
    await eventually('its line', () => one.lines.length);
    expect(one.lines).toEqual([`you ${one.pid} a b`]);
    await fleet.stop();
  });

  it('kills, and resolves when the process is gone', async () => {
    const { fleet, start } = await fleetOf('setInterval(() => {}, 1000)');
    const one = start('one');
    expect(one.running).toBe(true);
    await one.kill();
    expect(one.running).toBe(false);
    expect(() => process.kill(one.pid ?? 0, 0)).toThrow();
    await fleet.stop();
  });

  it('stops by asking, also a frozen process, and kills one that does not listen', async () => {
    const { fleet, start } = await fleetOf(`
      const code = process.argv[2] === 'deaf' ? undefined : 7;
      process.on('SIGTERM', () => code && process.exit(code));
      setInterval(() => {}, 1000);
      console.log('ready');
    `);
    const [frozen, deaf] = [start('frozen'), start('deaf')];
    await eventually('both are ready', () => frozen.lines.length && deaf.lines.length);
    frozen.signal('SIGSTOP');
    await Promise.all([frozen.stop(), deaf.stop(50)]);
    expect(frozen.exitCode).toBe(7);
    expect(deaf.exitCode).toBeNull();
    await fleet.stop();
    expect(existsSync(fleet.directory)).toBe(false);
  });

  it('finds a free port', async () => {
    const port = await freePort();
    expect(port).toBeGreaterThan(1_023);
  });
});

describe('eventually', () => {
  it('resolves with what it was waiting for and says what never came', async () => {
    let looks = 0;
    await expect(eventually('three', () => (looks += 1) === 3 && 'there', { every: 1 })).resolves.toBe(
      'there',
    );
    const never = eventually('the moon', () => Promise.reject(new Error('cloudy')), { within: 5, every: 1 });
    await expect(never).rejects.toThrow('the moon: not within 5 ms (cloudy)');
  });
});
