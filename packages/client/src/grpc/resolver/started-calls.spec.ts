import { type Picked } from '@rookery/discovery';
import { StartedCalls } from './started-calls.js';

function pick() {
  const told: string[] = [];
  const picked = { done: (outcome: string) => void told.push(outcome) } as unknown as Picked;
  return { picked, told };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a pick', () => {
  it('counts until its call ends, when one comes of it in the same turn', async () => {
    const { picked, told } = pick();
    const start = new StartedCalls().count(picked, () => undefined);
    const running = start();
    await turn();
    expect(told).toEqual([]);
    running?.done('success');
    expect(told).toEqual(['success']);
  });

  it('is given back when no call comes of it, and counted again when one comes late', async () => {
    const [first, again] = [pick(), pick()];
    const start = new StartedCalls().count(first.picked, () => again.picked);
    await turn();
    expect(first.told).toEqual(['ignored']);
    start()?.done('success');
    expect([first.told, again.told]).toEqual([['ignored'], ['success']]);
  });

  it('is not counted again when its instance has left', async () => {
    const start = new StartedCalls().count(pick().picked, () => undefined);
    await turn();
    expect(start()).toBeUndefined();
  });
});
