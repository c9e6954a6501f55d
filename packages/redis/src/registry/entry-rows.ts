/** An entry that is larger is none of ours, in bytes: reading it could fill the memory, so it stays on the server. */
export const LARGEST_ENTRY = 65_536;

/** One entry as the server gives it. */
export interface EntryRow {
  readonly id: string;
  /** Its size in bytes, as a text; -1 for something that is no entry at all. */
  readonly size: string;
  /** What it holds; empty when it is too large. */
  readonly record: string;
}

/** What the server answers to somebody who does not know the newest list. */
export interface Reading {
  readonly stamp: string;
  readonly number: string;
  readonly rows: readonly EntryRow[];
}

const PARTS_A_ROW = 3;

/** Takes apart the answer to a reading; `undefined` when nothing has changed. */
export function parseReading(answer: unknown): Reading | undefined {
  if (!Array.isArray(answer)) return undefined;
  const [stamp = '', number = '', ...parts] = answer as string[];
  const rows = Array.from({ length: Math.floor(parts.length / PARTS_A_ROW) }, (_, row) => {
    const [id = '', size = '', record = ''] = parts.slice(row * PARTS_A_ROW, (row + 1) * PARTS_A_ROW);
    return { id, size, record };
  });
  return { stamp, number, rows };
}
