export { EngineServer, type StartableEngine } from './engine-server.js';
export { type Engine, ENGINE_PORTS, engineAnswers } from './engines.js';
export { eventually, type EventuallyOptions } from './eventually.js';
export { FleetHarness, type FleetOptions } from './fleet-harness.js';
export { FleetProcess, type ProcessSpec } from './fleet-process.js';
export { freePort } from './free-port.js';
export { TcpLink } from './tcp-link.js';
