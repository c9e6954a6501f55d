import { parseDuration } from '../duration/duration.js';
import { check, type Check } from './check.js';

/** A duration, optionally within bounds given in milliseconds. */
export function duration({ min = 0, max = Infinity }: { min?: number; max?: number } = {}): Check {
  const bounds = [min > 0 && `at least ${min} ms`, max < Infinity && `at most ${max} ms`].filter(Boolean);
  return check(
    (value) => {
      const milliseconds = parseDuration(value);
      return milliseconds !== undefined && milliseconds >= min && milliseconds <= max;
    },
    ['milliseconds or a duration such as "1.5s"', ...bounds].join(', '),
  );
}

/** A whole number within bounds, both allowed. */
export function wholeNumber({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: { min?: number; max?: number } = {}): Check {
  const limit = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return check(
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    `a whole number ${limit}`,
  );
}

/** A finite number within bounds, both allowed. */
export function numberBetween(min: number, max: number): Check {
  return check(
    (value) => typeof value === 'number' && value >= min && value <= max,
    max === Infinity ? `a number of at least ${min}` : `a number from ${min} to ${max}`,
  );
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): Check {
  return check((value) => words.includes(value as string), words.map((word) => `'${word}'`).join(' or '));
}

/** A text that is not empty. */
export const text: Check = check(
  (value) => typeof value === 'string' && value.length > 0,
  'a text that is not empty',
);

/** `true` or `false`. */
export const flag: Check = check((value) => typeof value === 'boolean', 'true or false');

/** A function. */
export const callable: Check = check((value) => typeof value === 'function', 'a function');

/** An object with the methods of an interface. */
export function implementing(name: string, ...methods: readonly string[]): Check {
  return check(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function'),
    `an object with the methods of ${name}: ${methods.join(', ')}`,
  );
}

/** The name of a service: letters, digits, dot, dash and underscore, so that it is safe in a URL, a path and a topic. */
export const serviceName: Check = check(
  (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(value),
  'a name of up to 128 letters, digits, dots, dashes and underscores that starts with a letter or digit',
);

/** `false`, which switches something off, or what `inner` accepts. Who gives no object learns that it could be `false`. */
export function orFalse(inner: Check): Check {
  return (value, path, problems) => {
    if (value === false) return;
    const found: string[] = [];
    inner(value, path, found);
    const whole = `${path && `${path}: `}Invalid value `;
    const named = (problem: string) => problem.replace(/Use an object\.$/, 'Use an object, or false.');
    problems.push(...found.map((problem) => (problem.startsWith(whole) ? named(problem) : problem)));
  };
}
