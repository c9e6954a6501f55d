export { CONFORMANCE_TTL_MS, type RegistryFeatures, type RegistrySubject } from './conformance-subject.js';
export { eventually } from './eventually.js';
export { registryConformance } from './registry-conformance.js';
export { sampleInstance } from './sample-instance.js';
export { recordWatch, type WatchRecorder } from './watch-recorder.js';
