import { check, type Check } from './check.js';

/** A check for each key of `T`; the compiler asks for a new one when an option is added. */
export type Checks<T> = { readonly [K in keyof Required<T>]: Check };

/** An object with known keys. An unknown key is a problem, because a misspelt option would otherwise be ignored. */
export function shape<T extends object>(checks: Checks<T>): Check {
  const known = Object.keys(checks);
  return (value, path, problems) => {
    if (value === undefined) return;
    if (!isObject(value)) return anObject(value, path, problems);
    for (const key of Object.keys(value)) {
      if (!known.includes(key))
        problems.push(`${join(path, key)}: Unknown option. Known options: ${known.join(', ')}.`);
    }
    for (const key of known) checks[key as keyof T](value[key], join(path, key), problems);
  };
}

/** A list whose items all pass. */
export function listOf(item: Check): Check {
  return (value, path, problems) => {
    if (value === undefined) return;
    if (!Array.isArray(value)) return aList(value, path, problems);
    value.forEach((entry, index) => item(entry, `${path}[${index}]`, problems));
  };
}

/** An object with any keys, whose values all pass. */
export function mapOf(item: Check): Check {
  return (value, path, problems) => {
    if (value === undefined) return;
    if (!isObject(value)) return anObject(value, path, problems);
    for (const [key, entry] of Object.entries(value)) item(entry, join(path, key), problems);
  };
}

const anObject = check(() => false, 'an object');
const aList = check(() => false, 'a list');

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
