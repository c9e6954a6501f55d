import { type StandardSchemaV1 } from '@standard-schema/spec';

/** One way in which a value does not fit its schema. */
export interface SchemaIssue {
  /** Where, such as `items[0].sku`; empty for the value as a whole. */
  readonly path: string;
  /** What the library says about it. Some libraries quote the value here, so it is not for logs. */
  readonly message: string;
}

/** So many issues are kept: a list of a million wrong items would say the same a million times. */
const MOST_ISSUES = 20;
/** So many letters of a path are kept: its keys can come from outside. */
const LONGEST_PATH = 100;

/** The first issues of a failed validation, with their paths as texts. */
export function issuesOf(issues: readonly StandardSchemaV1.Issue[]): SchemaIssue[] {
  return issues.slice(0, MOST_ISSUES).map(({ path = [], message }) => ({ path: pathOf(path), message }));
}

/** Issues as the end of a sentence: only where they are, as what a library says may quote a secret. */
export function atPlaces(issues: readonly SchemaIssue[]): string {
  const places = [...new Set(issues.map(({ path }) => path))].filter(Boolean);
  return places.length === 0 ? '' : ` at ${places.join(', ')}`;
}

function pathOf(segments: NonNullable<StandardSchemaV1.Issue['path']>): string {
  let path = '';
  for (const segment of segments) {
    path += named(typeof segment === 'object' ? segment.key : segment);
    if (path.length > LONGEST_PATH) break;
  }
  const text = path.replace(/^\./, '');
  return text.length > LONGEST_PATH ? `${text.slice(0, LONGEST_PATH)}…` : text;
}

function named(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const text = String(key);
  return /^[\w$]+$/.test(text) ? `.${text}` : `[${JSON.stringify(text.slice(0, LONGEST_PATH))}]`;
}
