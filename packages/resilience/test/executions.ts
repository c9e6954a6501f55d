import { AttemptCounter } from '../src/pipeline/attempt-counter.js';
import { type Execution } from '../src/pipeline/policy.js';

/** A call on its way through the policies, for tests of one policy by itself. */
export function execution(overrides: Partial<Execution> = {}): Execution {
  return {
    call: async () => 'ok',
    options: {},
    attempt: 1,
    attempts: new AttemptCounter(),
    budget: undefined,
    caller: undefined,
    signal: undefined,
    deadline: Infinity,
    ...overrides,
  };
}

/** What a check says about a value. */
export function problemsOf(
  check: (value: unknown, path: string, problems: string[]) => void,
  value: unknown,
  path = 'x',
): string[] {
  const problems: string[] = [];
  check(value, path, problems);
  return problems;
}
