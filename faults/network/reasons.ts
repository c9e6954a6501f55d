/** The end of a figure that says why calls have failed, the most frequent reason; empty when none has. */
export function reasons(failures: Readonly<Record<string, number>>): string {
  const [first] = Object.entries(failures).sort(([, a], [, b]) => b - a);
  return first ? `; ${first[1]} x ${first[0]}` : '';
}
