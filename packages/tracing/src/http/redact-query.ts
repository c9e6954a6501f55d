/** Names of query parameters whose values are secrets more often than not. */
const SECRET =
  /^(?:.*(?:token|secret|password|passwd|signature|credential|authorization|api[-_]?key).*|auth|sig|code|key|awsaccesskeyid)$/i;

/** A query string for a span: as it was sent, without the values of what looks like a secret. */
export function redactQuery(query: string): string {
  return query
    .split('&')
    .map((pair) => {
      const end = pair.indexOf('=');
      return end > 0 && SECRET.test(decode(pair.slice(0, end))) ? `${pair.slice(0, end)}=REDACTED` : pair;
    })
    .join('&');
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
