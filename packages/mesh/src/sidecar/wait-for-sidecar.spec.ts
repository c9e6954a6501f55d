import { VirtualClock } from '@rookery/common/testing';
import { type MeshNotReadyError } from '../errors/mesh-not-ready.error.js';
import { type Probe } from './probe.js';
import { waitForSidecar } from './wait-for-sidecar.js';

const url = 'http://127.0.0.1:15021/healthz/ready';

/** Waits for a sidecar that answers by a script, on a clock that stands still until the test moves it. */
function waiting(probe: Probe, timeoutMs = 1_000) {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const asked: number[] = [];
  const log = (message: string) => void lines.push(message);
  const ended = waitForSidecar(
    { url, timeoutMs },
    {
      clock,
      log: { debug: log, warn: log },
      probe: (...args) => {
        asked.push(clock.monotonic());
        return probe(...args);
      },
    },
  ).then(
    () => 'ready',
    (error: MeshNotReadyError) => error,
  );
  return { clock, lines, asked, ended };
}

/** Never answers, and ends when it is told to. */
const hanging: Probe = (_url, signal) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('torn down')), { once: true }),
  );

describe('waiting for the sidecar', () => {
  it('ends at once when it is ready, and leaves no timer', async () => {
    const { clock, ended, lines } = waiting(async () => 200);
    await expect(ended).resolves.toBe('ready');
    expect(clock.pending).toBe(0);
    expect(lines).toEqual(['The sidecar is ready']);
  });

  it('asks again every 200 ms until it is, and says once that it waits', async () => {
    const answers = [() => Promise.reject(new Error('ECONNREFUSED')), async () => 503, async () => 204];
    const { clock, ended, asked, lines } = waiting(() => answers.shift()!());
    await clock.advance(400);
    await expect(ended).resolves.toBe('ready');
    expect(asked).toEqual([0, 200, 400]);
    expect(lines).toEqual(['Waiting for the sidecar', 'The sidecar is ready']);
  });

  it('gives up after its time, with the reason of the last question', async () => {
    const { clock, ended, asked } = waiting(async () => 503, 500);
    await clock.advance(500);
    await expect(ended).resolves.toMatchObject({ code: 'MESH_NOT_READY', url, waitedMs: 500 });
    expect(((await ended) as Error).message).toContain(`not ready at ${url} within 500 ms: answered 503.`);
    expect(asked).toEqual([0, 200, 400]);
    expect(clock.pending).toBe(0);
  });

  it('does not take a redirect for an answer', async () => {
    const { clock, ended } = waiting(async () => 302, 100);
    await clock.advance(100);
    await expect(ended).resolves.toMatchObject({ code: 'MESH_NOT_READY' });
  });

  it('lets no question hang for longer than a second', async () => {
    let first = true;
    const { clock, ended, asked } = waiting((...args) => {
      if (!first) return Promise.resolve(200);
      first = false;
      return hanging(...args);
    }, 5_000);
    await clock.advance(1_200);
    await expect(ended).resolves.toBe('ready');
    expect(asked).toEqual([0, 1_200]);
  });

  it('gives up in time while a question hangs', async () => {
    const { clock, ended } = waiting(hanging, 300);
    await clock.advance(300);
    await expect(ended).resolves.toMatchObject({ code: 'MESH_NOT_READY', waitedMs: 300 });
    expect(((await ended) as Error).message).toContain('no answer within 300 ms');
    expect(clock.pending).toBe(0);
  });
});
