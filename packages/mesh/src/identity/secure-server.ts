import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Server, type TLSSocket } from 'node:tls';
import { messageOf } from '@rookery/common';
import { type MeshLog } from '../client/mesh-log.js';
import { PeerIdentityError } from '../errors/peer-identity.error.js';
import { trustDomainOf } from './spiffe-id.js';
import { workloadIdOf } from './verify-peer.js';
import { tlsContext, type WorkloadIdentity } from './workload-identity.js';

/** Who may call a server. */
export interface SecureServerOptions {
  /** Whether a caller with this id may connect. Default: every workload of the own trust domain. */
  readonly callers?: (id: string) => boolean;
  /** Where refused callers are told. Default: nowhere. */
  readonly log?: MeshLog;
}

/**
 * Keeps an https server that was made with `identity.serverOptions` up to date: it proves the renewed identity from the
 * next connection on, refuses callers that are not who they have to be before anything of them is read, and lets no
 * connection outlive its certificates by more than 60 s. It ends when the server closes.
 */
export function secureServer(
  server: Server,
  identity: WorkloadIdentity,
  { callers = ofTrustDomain(identity.trustDomain), log }: SecureServerOptions = {},
): void {
  const ended = new WeakSet<object>();
  const stop = identity.onChange((svid) => server.setSecureContext(tlsContext(svid)));
  server.once('close', stop);
  // Before the HTTP server looks at the connection.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    try {
      admit(socket, callers);
      identity.lifetimes.add(socket, identity.svid.endsAt, () => ended.add(socket));
    } catch (error) {
      log?.warn('A caller was refused', { error: messageOf(error) });
      socket.destroy();
    }
  });
  // The caller is told to come back over a new connection; one that says nothing more is closed by the lifetimes.
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    if (ended.has(socket)) response.setHeader('connection', 'close');
  });
}

function admit(socket: TLSSocket, callers: (id: string) => boolean): void {
  const expected = 'a caller that may call this server';
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) throw new PeerIdentityError('no id', expected);
  const id = workloadIdOf(certificate, expected);
  if (!callers(id)) throw new PeerIdentityError('wrong id', expected, [id]);
}

function ofTrustDomain(trustDomain: string): (id: string) => boolean {
  return (id) => trustDomainOf(id) === trustDomain;
}
