import { Commitment } from './commitment.js';

describe('a commitment', () => {
  it('is made once, and tells its listeners once', () => {
    const commitment = new Commitment();
    const told: string[] = [];
    commitment.onceMade(() => told.push('one'));
    commitment.onceMade(() => told.push('two'));
    expect([commitment.made, told]).toEqual([false, []]);
    commitment.make();
    expect([commitment.made, told]).toEqual([true, ['one', 'two']]);
    commitment.make();
    expect(told).toEqual(['one', 'two']);
  });
});
