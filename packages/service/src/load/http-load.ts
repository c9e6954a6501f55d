import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Server } from 'node:net';
import { LOAD_HEADER } from '@rookery/discovery';
import { type Belief } from '../edge/belief.js';
import { type LoadReport } from './load-report.js';

/**
 * Adds the load to the answers of an HTTP server whose requests ask for it by the same header, if they may. It is the load at the
 * request's arrival: Node has no seam at the moment when an answer begins.
 */
export function reportHttpLoad(server: Server, report: LoadReport, believes: Belief): void {
  // Before the app's own listener, which may answer at once.
  server.prependListener('request', (request: IncomingMessage, answer: ServerResponse) => {
    if (request.headers[LOAD_HEADER] === undefined || !believes(request.socket)) return;
    answer.setHeader(LOAD_HEADER, report());
  });
}
