import { fewAtATime } from './few-at-a-time.js';

const breath = () => new Promise(setImmediate);

describe('work on many files', () => {
  it('is done on sixteen at a time, and has its results in order', async () => {
    let [running, most] = [0, 0];
    const results = await fewAtATime(
      Array.from({ length: 100 }, (_, at) => at),
      async (at) => {
        running += 1;
        most = Math.max(most, running);
        for (let breaths = 0; breaths < 5 - (at % 5); breaths += 1) await breath();
        running -= 1;
        return at * 2;
      },
    );
    expect(most).toBe(16);
    expect(results).toEqual(Array.from({ length: 100 }, (_, at) => at * 2));
  });

  it('is done on the others when one fails, which is told in the end', async () => {
    const done: number[] = [];
    const failing = fewAtATime(
      Array.from({ length: 40 }, (_, at) => at),
      async (at) => {
        await breath();
        if (at === 3) throw new Error('no third');
        done.push(at);
      },
    );
    await expect(failing).rejects.toThrow('no third');
    expect(done.sort((a, b) => a - b)).toEqual([0, 1, 2, ...Array.from({ length: 36 }, (_, at) => at + 4)]);
  });

  it('is nothing for nothing', async () => {
    expect(await fewAtATime([], () => Promise.reject(new Error('never')))).toEqual([]);
  });
});
