const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a JSON text has more than `deepest` lists and objects inside each other. The text need not be valid. */
export function isNestedDeeper(text: string, deepest: number): boolean {
  // What is nested has to be closed: a short text has no room for it, and most answers are short.
  if (text.length < 2 * deepest) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isOpening(code)) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (isClosing(code)) depth -= 1;
  }
  return false;
}

/** `[` or `{`. */
function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b;
}

/** `]` or `}`. */
function isClosing(code: number): boolean {
  return code === 0x5d || code === 0x7d;
}

/** Where the string ends that begins at `start`; the end of the text when it does not end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
