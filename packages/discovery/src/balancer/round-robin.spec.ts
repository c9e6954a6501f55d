import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { InstanceBalancer } from './instance-balancer.js';
import { createAlgorithm } from './strategies.js';

function fleet(...ids: string[]): ServiceInstance[] {
  return ids.map((id) => sampleInstance({ id }));
}

function setUp(seed = 1) {
  const algorithm = createAlgorithm('round-robin', seededRandom(seed));
  const balancer = new InstanceBalancer('users', algorithm, new VirtualClock());
  const pick = (list: readonly ServiceInstance[], ...tried: string[]) =>
    balancer.pick(list, { exclude: new Set(tried) }).instance.id;
  /** Picks until it is the turn of the one after `id`. */
  const turnTo = (list: readonly ServiceInstance[], id: string) => {
    while (pick(list) !== id);
  };
  return { balancer, pick, turnTo };
}

describe('round robin', () => {
  it('passes nobody over and calls nobody twice when somebody comes', () => {
    const { pick, turnTo } = setUp();
    turnTo(fleet('b', 'c', 'd'), 'c');
    const grown = fleet('a', 'b', 'c', 'd', 'e');
    expect(Array.from({ length: 6 }, () => pick(grown))).toEqual(['d', 'e', 'a', 'b', 'c', 'd']);
  });

  it.each([
    ['the one that was called last', 'c', ['d', 'a', 'b', 'd']],
    ['one before it', 'a', ['d', 'b', 'c', 'd']],
    ['the next one', 'd', ['a', 'b', 'c', 'a']],
  ])('goes on where it was when somebody goes: %s', (_who, gone, expected) => {
    const { pick, turnTo } = setUp();
    const list = fleet('a', 'b', 'c', 'd');
    turnTo(list, 'c');
    const rest = list.filter(({ id }) => id !== gone);
    expect(expected.map(() => pick(rest))).toEqual(expected);
  });

  it('begins with the first after the last, when that one is gone', () => {
    const { pick, turnTo } = setUp();
    turnTo(fleet('a', 'b', 'c'), 'c');
    expect([1, 2, 3].map(() => pick(fleet('a', 'b')))).toEqual(['a', 'b', 'a']);
  });

  it('stays even although the list changes with every call', () => {
    const { pick } = setUp();
    const counts = new Map<string, number>();
    for (let call = 0; call < 4_000; call += 1) {
      // The fifth comes and goes; the four that stay have to share its turns.
      const list = call % 2 === 0 ? fleet('a', 'b', 'c', 'd') : fleet('a', 'b', 'c', 'd', 'e');
      const id = pick(list);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const id of ['a', 'b', 'c', 'd']) expect(counts.get(id)).toBeGreaterThan(700);
  });

  it('reaches everybody in each of two lists that are used by turns', () => {
    const { balancer } = setUp();
    const list = ['http', 'http', 'grpc', 'grpc'].map((protocol, at) =>
      sampleInstance({ id: `${protocol}-${at}`, protocol }),
    );
    const speaks = ['http', 'grpc'].map(
      (wanted) =>
        ({ protocol }: ServiceInstance) =>
          protocol === wanted,
    );
    const picked: string[] = [];
    for (let call = 0; call < 40; call += 1)
      for (const accept of speaks) picked.push(balancer.pick(list, { accept }).instance.id);
    for (const { id } of list) expect(picked.filter((other) => other === id)).toHaveLength(20);
  });

  it('shares first tries as evenly when every one of them is followed by a second', () => {
    const { pick } = setUp();
    const list = fleet('a', 'b');
    const first = Array.from({ length: 40 }, () => {
      const id = pick(list);
      expect(pick(list, id)).not.toBe(id);
      return id;
    });
    expect(first.filter((id) => id === 'a')).toHaveLength(20);
  });

  it('shares the second tries of one that fails among all others', () => {
    const { pick } = setUp();
    const list = fleet('bad', 'a', 'b', 'c');
    const second: string[] = [];
    for (let call = 0; call < 4_000; call += 1) if (pick(list) === 'bad') second.push(pick(list, 'bad'));
    expect(second).toHaveLength(1_000);
    for (const id of ['a', 'b', 'c'])
      expect(Math.abs(second.filter((other) => other === id).length - 333)).toBeLessThan(60);
  });
});
