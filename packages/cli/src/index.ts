export { EXIT_CODES, main, type MainParts } from './main.js';
export { runCli } from './run-cli.js';
export { type Terminal } from './terminal.js';
