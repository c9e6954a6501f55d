/** The keys of a range, as the gateway takes them: from `key` on, up to but without `range_end`. */
export interface KeyRange {
  readonly key: string;
  readonly range_end: string;
}

/**
 * The names of the entries of one namespace: `/rookery/<namespace>/<service>/<id>`. Each part is encoded as in a URL, so
 * that an id that holds a slash adds no level, and an operator can still read it in `etcdctl get --prefix /rookery/`.
 */
export class EntryKeys {
  /** What the keys of all services begin with. */
  readonly all: string;

  constructor(namespace: string) {
    this.all = `/rookery/${encode(namespace)}/`;
  }

  /** What the keys of one service begin with. */
  ofService(service: string): string {
    return `${this.all}${encode(service)}/`;
  }

  of(service: string, id: string): string {
    return this.ofService(service) + encode(id);
  }
}

/** All keys that begin with a prefix, which ends with a slash. */
export function rangeOf(prefix: string): KeyRange {
  // The character after the slash: the first key that does not begin with the prefix any more.
  return { key: toBase64(prefix), range_end: toBase64(`${prefix.slice(0, -1)}0`) };
}

/** The same keys without those up to and including `key`. */
export function rangeAfter(key: string, { range_end }: KeyRange): KeyRange {
  return { key: toBase64(`${key}\0`), range_end };
}

/** A text as the gateway takes bytes. */
export function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

/** A half of a surrogate pair, which `encodeURIComponent` refuses, becomes the replacement character. */
function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
