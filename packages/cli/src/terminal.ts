/** Where output goes. */
export interface Terminal {
  /** Prints a line of the answer. */
  out(line: string): void;
  /** Prints a line about the answer, which no program reads. */
  err(line: string): void;
  /** Whether a person looks at the output, so that a table may replace the one before. */
  readonly interactive: boolean;
}

/** What moves the cursor or turns the text around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text of others as it may stand in a terminal: what moves the cursor or turns the text around is shown as `?`. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '?');
}

/** A value as JSON that may stand in a terminal: what is not printable is there as its escape, so the value is the same. */
export function printableJson(value: unknown, indent?: number): string {
  const escaped = (found: string) =>
    found === '\n' ? found : found.replaceAll(/[^]/g, (unit) => `\\u${hex(unit.charCodeAt(0))}`);
  return JSON.stringify(value, undefined, indent).replaceAll(UNPRINTABLE, escaped);
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}

/** A message without the passwords of the URLs that it quotes. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/\/\/[^/\s]*@/g, '//…@');
}
