/**
 * One entry of Node's rendering of a certificate's names, such as `URI:spiffe://a/b`. A name with a character that could
 * be taken for a border between entries is a JSON string (Node, CVE-2021-44532), so it never hides another one.
 */
const ENTRY = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

/** The URIs among the names of a certificate, as `X509Certificate.subjectAltName` renders them. */
export function uriNamesOf(subjectAltName: string | undefined): string[] {
  const entries = [...(subjectAltName ?? '').matchAll(ENTRY)];
  return entries.flatMap(([, kind, value = '']) => (kind === 'URI' ? [unquoted(value)] : []));
}

function unquoted(value: string): string {
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}
