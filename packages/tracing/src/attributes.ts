/**
 * The names of span attributes, in one place: OpenTelemetry's stable conventions for HTTP, and general ones.
 * They are written out because the package that holds them all is larger than everything else we load.
 */
export const ATTRIBUTES = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceInstanceId: 'service.instance.id',
  errorType: 'error.type',
  httpMethod: 'http.request.method',
  httpMethodOriginal: 'http.request.method_original',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  urlPath: 'url.path',
  urlQuery: 'url.query',
  urlScheme: 'url.scheme',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  clientAddress: 'client.address',
  peerAddress: 'network.peer.address',
  protocolVersion: 'network.protocol.version',
  userAgent: 'user_agent.original',
  /** Ours: the connection closed before the response was complete. Normal for a stream that the client leaves. */
  httpAborted: 'rookery.http.aborted',
} as const;
