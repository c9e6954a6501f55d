export { brokerConformance } from './broker-conformance.js';
export { ConformanceRig, type ConformanceTarget } from './conformance-rig.js';
export { RecordingLog } from './recording-log.js';
