export { contractDrift } from './contract-drift.explorer.js';
