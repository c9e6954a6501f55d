export { seededRandom, VirtualClock } from '@rookery/common/testing';
export { describeMethod, type ProviderSource } from './describe-method.js';
export { describePipeline, type StageDescription } from './describe-pipeline.js';
export { noPolicies } from './no-policies.js';
export { recordEvents } from './record-events.js';
export { trip } from './trip.js';
