/** Where output goes. */
export interface Terminal {
  /** Prints a line of the answer. */
  out(line: string): void;
  /** Prints a line about the answer, which no program reads. */
  err(line: string): void;
  /** Whether a person looks at the output, so that a table may replace the one before. */
  readonly interactive: boolean;
}

/** A text of others as it may stand in a terminal: what moves the cursor or turns the text around is shown as `?`. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
