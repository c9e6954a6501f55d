import { runInContext } from '@rookery/common';
import { AttemptCounter } from '../pipeline/attempt-counter.js';
import { type Execution } from '../pipeline/policy.js';
import { type PriorityFunction, priorityOf as priority } from './priority-of.js';

const execution: Execution = {
  call: async () => 'ok',
  options: {},
  attempt: 1,
  attempts: new AttemptCounter(),
  budget: undefined,
  caller: undefined,
  signal: undefined,
  deadline: Infinity,
};

const ofMethod = { ...execution, subject: { instance: {}, args: ['gold', 2] } };
const priorityOf = (call: Execution, declared?: PriorityFunction) =>
  priority(call, 'users', 'bulkhead.priority', declared);

describe('the priority of a call', () => {
  it("is 'normal' when nobody says anything", () => {
    expect(priorityOf(execution)).toBe('normal');
    expect(priorityOf(ofMethod)).toBe('normal');
  });

  it('is inherited from the running call', () => {
    runInContext({ priority: 'high' }, () => expect(priorityOf(ofMethod)).toBe('high'));
  });

  it("is asked with the method's arguments, which counts more than what is inherited", () => {
    const asked: unknown[] = [];
    const of: PriorityFunction = (...args: unknown[]) => {
      asked.push(args);
      return 'low';
    };
    runInContext({ priority: 'high' }, () => expect(priorityOf(ofMethod, of)).toBe('low'));
    expect(asked).toEqual([['gold', 2]]);
  });

  it('is the inherited one where the function leaves it open, or there are no arguments', () => {
    runInContext({ priority: 'high' }, () => {
      expect(priorityOf(ofMethod, () => undefined)).toBe('high');
      expect(priorityOf(execution, () => 'low')).toBe('high');
    });
  });

  it("is the call's own above all", () => {
    const own = { ...ofMethod, options: { priority: 'critical' } } as const;
    expect(priorityOf(own, () => 'low')).toBe('critical');
  });

  it('is refused when the call or its context has one that does not exist', () => {
    const message = "Unknown priority \"urgent\". Use 'low', 'normal', 'high', 'critical'.";
    const urgent = 'urgent' as 'high';
    expect(() => priorityOf({ ...execution, options: { priority: urgent } })).toThrow(message);
    runInContext({ priority: urgent }, () => expect(() => priorityOf(execution)).toThrow(message));
  });

  it('is refused when the function answers with none', () => {
    const urgent = () => 'urgent';
    expect(() => priorityOf(ofMethod, urgent as never)).toThrow(
      'Policy "users": bulkhead.priority returned "urgent" when asked with the arguments of a call. ' +
        "Make it return 'low', 'normal', 'high', 'critical' or undefined for every call.",
    );
  });
});
