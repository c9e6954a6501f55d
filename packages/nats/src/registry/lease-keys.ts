/**
 * The name of an entry: service and id, each so encoded that it is one token of a subject. Dots, stars and blanks of an
 * id would otherwise be read as structure.
 */
export function keyOf(service: string, id: string): string {
  return `${encode(service)}.${encode(id)}`;
}

/** All entries of a service. */
export function keysOf(service: string): string {
  return `${encode(service)}.*`;
}

/** All entries there are. */
export const ALL_KEYS = '*.*';

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
