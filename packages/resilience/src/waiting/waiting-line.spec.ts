import fc from 'fast-check';
import { PRIORITIES, type Priority } from '../pipeline/priority.js';
import { LinkedQueue } from './linked-queue.js';
import { WaitingLine } from './waiting-line.js';

const priority = fc.constantFrom(...PRIORITIES);

type Step = { enter: Priority } | { leave: number } | 'next';

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ enter: priority }) },
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
        sequence.forEach((step, id) => {
          if (step === 'next') expect(line.next()).toBe(model.waiting.shift()?.id);
          else if ('leave' in step) expect(line.leave(step.leave)).toBe(model.leave(step.leave));
          else {
            line.enter(id, step.enter);
            model.enter(id, step.enter);
          }
          expect(line.size).toBe(model.waiting.length);
          expect(line.lowest()).toBe(model.waiting.at(-1)?.id);
        });
        expect(Array.from(model.waiting, () => line.next())).toEqual(model.waiting.map(({ id }) => id));
        expect([line.size, line.next(), line.lowest()]).toEqual([0, undefined, undefined]);
      }),
      { numRuns: 500 },
    );
  });

  it('gives an item that enters again a new place and no second one', () => {
    const line = new WaitingLine<string>();
    line.enter('a', 'normal');
    line.enter('b', 'normal');
    line.enter('a', 'normal');
    expect([line.size, line.next(), line.next(), line.next()]).toEqual([2, 'b', 'a', undefined]);
  });

  it('refuses a priority that does not exist', () => {
    const line = new WaitingLine<string>();
    expect(() => line.enter('a', 'urgent' as Priority)).toThrow(
      'Unknown priority "urgent". Use low, normal, high, critical.',
    );
    expect(line.size).toBe(0);
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
