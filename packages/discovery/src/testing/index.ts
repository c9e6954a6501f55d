export { CONFORMANCE_TTL_MS, type RegistryFeatures, type RegistrySubject } from './conformance-subject.js';
export { eventually } from './eventually.js';
export { type FaultyRegistry, faultyRegistry, type RegistryFault } from './faulty-registry.js';
export { registryConformance } from './registry-conformance.js';
export { sampleInstance } from './sample-instance.js';
export { recordWatch, type WatchRecorder } from './watch-recorder.js';
