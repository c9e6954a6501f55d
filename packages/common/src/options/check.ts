/**
 * Looks at one value and adds a sentence for each problem to `problems`, starting with the value's path.
 * `undefined` always passes, because an option may be left out; `required` is the exception.
 */
export type Check = (value: unknown, path: string, problems: string[]) => void;

/** A check by a predicate; `allowed` ends the sentence "Use …". */
export function check(accepts: (value: unknown) => boolean, allowed: string): Check {
  return (value, path, problems) => {
    if (value === undefined || accepts(value)) return;
    problems.push(`${path && `${path}: `}Invalid value ${show(value)}. Use ${allowed}.`);
  };
}

/** The same check, and the value may not be left out. */
export function required(inner: Check): Check {
  return (value, path, problems) => {
    if (value === undefined) problems.push(`${path}: Missing.`);
    else inner(value, path, problems);
  };
}

/** A URL may hold a password before its host, or a token in its query. */
function withoutCredentials(text: string): string {
  return text
    .replace(/\/\/[^/@\s]*@/, '//…@')
    .replace(/^[^/@\s]*:[^/@\s]*@/, '…@')
    .replace(/(:\/\/[^?#]*)[?#].*/s, '$1?…');
}

/** A value as a message shows it: short, and for text never longer than a line. */
function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'string' ? JSON.stringify(withoutCredentials(value).slice(0, 60)) : String(value);
}
