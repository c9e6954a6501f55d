import fc from 'fast-check';
import { PRIORITIES, type Priority } from '../pipeline/priority.js';
import { LinkedQueue } from './linked-queue.js';
import { WaitingLine } from './waiting-line.js';

const priorities = fc.constantFrom(...PRIORITIES);

type Step = { enter: Priority } | { leave: number } | 'next';

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ enter: priorities }) },
    fc.record({ leave: fc.nat(40) }),
    fc.constant<Step>('next'),
  ),
  { size: 'max', maxLength: 80 },
);

/** The same line as a sorted list. */
class Model {
  readonly waiting: { id: number; rank: number }[] = [];

  enter(id: number, priority: Priority) {
    const rank = PRIORITIES.indexOf(priority);
    const before = this.waiting.findIndex((other) => other.rank < rank);
    this.waiting.splice(before < 0 ? this.waiting.length : before, 0, { id, rank });
  }

  below(priority: Priority) {
    const last = this.waiting.at(-1);
    return last && last.rank < PRIORITIES.indexOf(priority) ? last.id : undefined;
  }

  leave(id: number) {
    const index = this.waiting.findIndex((one) => one.id === id);
    if (index >= 0) this.waiting.splice(index, 1);
    return index >= 0;
  }
}

describe('WaitingLine', () => {
  it('serves as a list sorted by priority and arrival does, whoever leaves in between', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const line = new WaitingLine<number>();
        const model = new Model();
        // Compared at the end, all at once: an assertion for each step takes most of the time.
        const seen: unknown[] = [];
        const expected: unknown[] = [];
        sequence.forEach((step, id) => {
          if (step === 'next') {
            seen.push(line.next());
            expected.push(model.waiting.shift()?.id);
          } else if ('leave' in step) {
            seen.push(line.leave(step.leave));
            expected.push(model.leave(step.leave));
          } else {
            line.enter(id, step.enter);
            model.enter(id, step.enter);
          }
          seen.push(line.size, ...PRIORITIES.map((each) => line.below(each)));
          expected.push(model.waiting.length, ...PRIORITIES.map((each) => model.below(each)));
        });
        while (line.size > 0) seen.push(line.next());
        expected.push(...model.waiting.map(({ id }) => id));
        expect(seen).toEqual(expected);
        expect([line.next(), line.below('critical')]).toEqual([undefined, undefined]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives an item that enters again a new place and no second one', () => {
    const line = new WaitingLine<string>();
    line.enter('a', 'normal');
    line.enter('b', 'normal');
    line.enter('a', 'normal');
    expect([line.size, line.next(), line.next(), line.next()]).toEqual([2, 'b', 'a', undefined]);
  });
});

describe('LinkedQueue', () => {
  it('lists its items in their order, also while they leave', () => {
    const queue = new LinkedQueue<number>();
    const places = [1, 2, 3, 4].map((item) => queue.add(item));
    const seen: number[] = [];
    for (const item of queue) {
      seen.push(item);
      const place = places[item - 1];
      if (place && item % 2 === 0) queue.remove(place);
    }
    expect([seen, [...queue], queue.size]).toEqual([[1, 2, 3, 4], [1, 3], 2]);
  });
});
