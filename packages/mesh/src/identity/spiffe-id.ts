/** The longest id, in bytes (SPIFFE-ID, section 2.3). */
const LONGEST_ID = 2_048;

const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;

/** Whether a text names a trust domain: lower-case letters, digits, dots, dashes and underscores (SPIFFE-ID, 2.1). */
export function isTrustDomain(value: unknown): value is string {
  return typeof value === 'string' && TRUST_DOMAIN.test(value);
}

/**
 * The trust domain of the id of a workload; `undefined` for what is no such id. Ids are compared as texts, so there is
 * one way to write each: no port, query, escape, empty or dotted part (SPIFFE-ID, 2.2 and 2.3).
 */
export function trustDomainOf(id: string): string | undefined {
  const [scheme, empty, trustDomain, ...path] = id.split('/');
  if (scheme !== 'spiffe:' || empty !== '' || !isTrustDomain(trustDomain)) return undefined;
  const sound = path.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..');
  return sound && path.length > 0 && id.length <= LONGEST_ID ? trustDomain : undefined;
}

/** The id that a service has to prove. */
export type SpiffeIdOf = (service: string) => string;

/**
 * Ids as Istio and SPIRE's Kubernetes registrar give them: `spiffe://<trust domain>/ns/<namespace>/sa/<service>`.
 * `users` is looked for in `namespace`, `users.shop` in the namespace `shop`.
 */
export function serviceAccountIds(trustDomain: string, namespace: string): SpiffeIdOf {
  return (service) => {
    const [account = '', own = namespace] = service.split('.');
    return `spiffe://${trustDomain}/ns/${own}/sa/${account}`;
  };
}
