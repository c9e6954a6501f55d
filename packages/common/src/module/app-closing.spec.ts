import { AppClosing, type ClosingStep } from './app-closing.js';

describe('AppClosing', () => {
  it('goes through its steps in their order, whoever asked first, and ends each before the next', async () => {
    const story: string[] = [];
    const closing = new AppClosing(() => {});
    const work = (step: ClosingStep, name: string) =>
      closing.on(step, async () => {
        story.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        story.push(`${name} ends`);
      });
    work('drain', 'drain');
    work('leave', 'leave');
    work('leave', 'wait');
    work('unready', 'unready');
    await closing.run();
    expect(story).toEqual([
      'unready begins',
      'unready ends',
      'leave begins',
      'wait begins',
      'leave ends',
      'wait ends',
      'drain begins',
      'drain ends',
    ]);
  });

  it('runs once, and all who ask wait for the same end', async () => {
    let runs = 0;
    const closing = new AppClosing(() => {});
    closing.on('drain', () => (runs += 1));
    const first = closing.run();
    expect(closing.run()).toBe(first);
    await first;
    await closing.run();
    expect(runs).toBe(1);
  });

  it('goes on after work that fails, and tells of it', async () => {
    const told: unknown[] = [];
    let drained = false;
    const closing = new AppClosing((error, step) => told.push([step, error]));
    closing.on('unready', () => {
      throw new TypeError('sync');
    });
    closing.on('leave', () => Promise.reject(new TypeError('async')));
    closing.on('drain', () => (drained = true));
    await closing.run();
    expect(told).toEqual([
      ['unready', new TypeError('sync')],
      ['leave', new TypeError('async')],
    ]);
    expect(drained).toBe(true);
  });
});
