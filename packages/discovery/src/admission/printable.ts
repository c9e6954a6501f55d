/** A registry's text in a log line is no longer than this. */
const LONGEST_TEXT = 300;

/** What a registry says as it may stand in a log line: one line, cut, and nothing that turns text around. */
export function printable(text: string): string {
  return text.slice(0, LONGEST_TEXT).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
