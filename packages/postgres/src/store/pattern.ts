/**
 * A regular expression of PostgreSQL for what patterns stand for: `*` for one word, `>` at the end for all that follow, and no
 * wildcard in first place for a type that starts with `$`.
 */
export function toRegularExpression(patterns: readonly string[]): string {
  return `^(?:${patterns.map(branch).join('|')})$`;
}

function branch(pattern: string): string {
  const words = pattern.split('.').map((word, at) => {
    const reserved = at === 0 ? '(?!\\$)' : '';
    if (word === '*') return `${reserved}[^.]+`;
    if (word === '>') return `${reserved}.+`;
    return word.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
  });
  return words.join('\\.');
}
