import { Batcher } from './batcher.js';

function setUp(refused: (item: number) => boolean = () => false, mayBeOne?: () => boolean) {
  const sent: (readonly number[])[] = [];
  let release: () => void = () => {};
  const batcher = new Batcher<number, string>(async (items) => {
    sent.push(items);
    await new Promise<void>((resolve) => (release = resolve));
    if (items.some(refused)) throw new Error(`refused ${items.join()}`);
    return items.map(String);
  }, mayBeOne);
  const answer = async () => {
    release();
    // The answer, and the begin of what is next.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { batcher, sent, answer };
}

describe('a batcher', () => {
  it('fails all of a batch together where none of them is to blame', async () => {
    const { batcher, sent, answer } = setUp(() => true);
    const all = Promise.allSettled([batcher.add(1), batcher.add(2)]);
    await Promise.resolve();
    await answer();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(sent).toEqual([[1, 2]]);
  });

  it('sends at once what comes in one turn, and together what comes meanwhile, in order', async () => {
    const { batcher, sent, answer } = setUp();
    const first = [batcher.add(1), batcher.add(2)];
    await Promise.resolve();
    const second = [batcher.add(3), batcher.add(4), batcher.add(5)];
    expect(sent).toEqual([[1, 2]]);
    await answer();
    expect(await Promise.all(first)).toEqual(['1', '2']);
    expect(sent).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    await answer();
    expect(await Promise.all(second)).toEqual(['3', '4', '5']);
    await batcher.idle();
  });

  it('sends no more than two hundred together', async () => {
    const { batcher, sent, answer } = setUp();
    const all = Array.from({ length: 450 }, (_, n) => batcher.add(n));
    for (let batch = 0; batch < 3; batch += 1) {
      await Promise.resolve();
      await answer();
    }
    expect(await Promise.all(all)).toHaveLength(450);
    expect(sent.map(({ length }) => length)).toEqual([200, 200, 50]);
  });

  it('sends each alone when one of them is refused, so that the others go through', async () => {
    const { batcher, answer } = setUp(
      (item) => item === 2,
      () => true,
    );
    const all = Promise.allSettled([batcher.add(1), batcher.add(2), batcher.add(3)]);
    await Promise.resolve();
    for (let answers = 0; answers < 4; answers += 1) await answer();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await batcher.idle();
  });
});
