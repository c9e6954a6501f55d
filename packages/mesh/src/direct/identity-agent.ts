import { type AgentOptions, Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { isIP } from 'node:net';
import { type Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { PeerIdentityError } from '../errors/peer-identity.error.js';
import { handshakeError, workloadIdOf } from '../identity/verify-peer.js';
import { type Svid } from '../identity/svid.js';
import { tlsContext, type WorkloadIdentity } from '../identity/workload-identity.js';
import { TransportFailure } from '../transport/transport-failure.js';

/** How long a connection may take, the proof of identity included, in milliseconds. */
const CONNECT_MS = 5_000;

/**
 * Connections to those who prove one id, with our identity as it was when the agent was made. There is an agent for each
 * id and each renewal: connections are kept by host and port, so an agent that is shared would give one that was made for
 * another id, and Node would not look at the certificate again.
 *
 * A request gets its connection only after the proof, so nothing of it can reach a stranger. Sessions are not resumed,
 * because a resumed one brings no certificate that could be looked at.
 */
export class IdentityAgent extends HttpAgent {
  readonly #svid: Svid;
  /** Connections that are to be closed as soon as nothing is under way on them. */
  readonly #ended = new WeakSet<Duplex>();
  #retired = false;

  constructor(
    private readonly expected: string,
    private readonly identity: WorkloadIdentity,
    options: AgentOptions,
  ) {
    super({ ...options, keepAlive: true });
    this.#svid = identity.svid;
    this.on('free', (socket: Duplex) => {
      if (this.#retired || this.#ended.has(socket)) socket.destroy();
    });
  }

  override createConnection(
    { host, port, lookup }: ClientRequestArgs,
    callback: (error: Error | null, socket: Duplex) => void = () => {},
  ): undefined {
    const socket = connect({
      ...tlsContext(this.#svid),
      host: host ?? '',
      port: Number(port),
      ...(lookup && { lookup }),
      ...(host && isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      // The chain is verified by OpenSSL; the name is not that of a host but an id, and looked at below.
      rejectUnauthorized: true,
      checkServerIdentity: () => undefined,
    });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${CONNECT_MS} ms`)),
      CONNECT_MS,
    );
    const onError = (error: Error) => {
      clearTimeout(timer);
      callback(new TransportFailure('not sent', handshakeError(error, this.expected)), socket);
    };
    socket.once('error', onError);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      const refused = this.#refuse(socket);
      if (refused) {
        socket.destroy();
        return callback(new TransportFailure('not sent', refused), socket);
      }
      this.identity.lifetimes.add(socket, this.#svid.endsAt, () => this.#end(socket));
      callback(null, socket);
    });
  }

  /** Ends the connections that are not in use, and the others when their request has ended. */
  retire(): void {
    this.#retired = true;
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  /** Also of those that are still being made. */
  override destroy(): void {
    this.#retired = true;
    super.destroy();
  }

  #refuse(socket: TLSSocket): PeerIdentityError | undefined {
    try {
      const certificate = socket.getPeerX509Certificate();
      if (!certificate) return new PeerIdentityError('no id', this.expected);
      const id = workloadIdOf(certificate, this.expected);
      return id === this.expected ? undefined : new PeerIdentityError('wrong id', this.expected, [id]);
    } catch (error) {
      return error as PeerIdentityError;
    }
  }

  #end(socket: TLSSocket): void {
    this.#ended.add(socket);
    if (Object.values(this.freeSockets).some((sockets) => sockets?.includes(socket))) socket.destroy();
  }
}
