export { XdsListenError } from './errors/xds-listen.error.js';
export { type Locate, locateWith } from './resources/locate.js';
export { type Located } from './resources/load-assignment.js';
export { type XdsTlsOptions } from './tls/xds-tls.options.js';
export { XdsServer, type XdsServerParts } from './xds-server.js';
export { XdsServerModule } from './xds-server.module.js';
export { XDS_SERVER_DEFAULTS, type XdsServerOptions, type XdsServerSettings } from './xds-server.options.js';
export { type MeshLog } from '../client/mesh-log.js';
