/** The authority (host, and port if not 80) by which the mesh knows a service. */
export type AuthorityOf = (service: string) => string;

const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const AUTHORITY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9A-Fa-f:.]+\\])(?::\\d{1,5})?$`);

/** Whether a text can stand in a `Host` header: a name or an address, and perhaps a port. No user, path or space. */
export function isAuthority(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 255 &&
    AUTHORITY.test(value) &&
    URL.canParse(`http://${value}`)
  );
}

/**
 * The name that Kubernetes gives a service, in full, which Istio and Linkerd both route by (Kubernetes: "DNS for
 * Services and Pods"). `users` is looked for in `namespace`, `users.shop` in the namespace `shop`; a name with more dots
 * is taken as it is.
 */
export function clusterAuthority(namespace: string): AuthorityOf {
  return (service) => {
    const labels = service.split('.').length;
    if (labels > 2) return service;
    return `${labels === 1 ? `${service}.${namespace}` : service}.svc.cluster.local`;
  };
}
