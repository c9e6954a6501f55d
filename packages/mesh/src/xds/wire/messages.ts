/** What a client asks for, and what it says of the last answer. */
export interface DiscoveryRequest {
  readonly versionInfo: string;
  /** Who asks. A client may leave it out after its first request. */
  readonly node: { readonly id: string; readonly cluster: string } | null;
  readonly resourceNames: readonly string[];
  readonly typeUrl: string;
  /** The nonce of the answer that this request is about; empty in the first one of its type. */
  readonly responseNonce: string;
  /** Set when the client cannot use that answer. */
  readonly errorDetail: { readonly code: number; readonly message: string } | null;
}

/** A resource, encoded. */
export interface EncodedResource {
  readonly type_url: string;
  readonly value: Buffer;
}

/** Resources of one type, as they are at a version. */
export interface DiscoveryResponse {
  readonly versionInfo: string;
  readonly resources: readonly EncodedResource[];
  readonly typeUrl: string;
  readonly nonce: string;
}

/** The types of resources by what each is for, as xDS names them. */
export const TYPE_URLS = {
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoints: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
} as const;

export type ResourceType = keyof typeof TYPE_URLS;

/** The type with this URL, if it is one that is served. */
export function typeOf(url: string): ResourceType | undefined {
  return (Object.keys(TYPE_URLS) as ResourceType[]).find((type) => TYPE_URLS[type] === url);
}
