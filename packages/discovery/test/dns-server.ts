import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** A record as a test writes it. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** The records of a name. `fault` answers with an error, or not at all. */
export interface Zone {
  A?: readonly string[];
  AAAA?: readonly string[];
  SRV?: readonly Srv[];
  ttl?: number;
  fault?: 'servfail' | 'silent';
}

/** A name server on a free port that answers by UDP what a test has put into `zones`. */
export interface DnsServer {
  readonly address: string;
  readonly zones: Record<string, Zone>;
  /** How many questions came, by type and name. */
  readonly asked: Record<string, number>;
  close(): Promise<void>;
}

const TYPES = { 1: 'A', 28: 'AAAA', 33: 'SRV' } as const;
const NO_ERROR = 0;
const SERVER_FAILURE = 2;
const NO_SUCH_NAME = 3;

export async function startDnsServer(): Promise<DnsServer> {
  const zones: Record<string, Zone> = {};
  const asked: Record<string, number> = {};
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = question(query);
    asked[`${type} ${name}`] = (asked[`${type} ${name}`] ?? 0) + 1;
    const zone = zones[name];
    if (zone?.fault === 'silent') return;
    const answers = (type && zone?.fault === undefined && zone?.[type]?.map((data) => rdata(data))) || [];
    const code = zone?.fault ? SERVER_FAILURE : zone ? NO_ERROR : NO_SUCH_NAME;
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    const records = answers.map((data) => {
      const fixed = Buffer.alloc(12);
      fixed.writeUInt16BE(0xc00c, 0); // the name of the question
      query.copy(fixed, 2, end - 4, end); // its type and class
      fixed.writeUInt32BE(zone?.ttl ?? 1, 6);
      fixed.writeUInt16BE(data.length, 10);
      return Buffer.concat([fixed, data]);
    });
    socket.send(Buffer.concat([head, query.subarray(12, end), ...records]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    zones,
    asked,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function question(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = TYPES[query.readUInt16BE(at + 1) as keyof typeof TYPES];
  return { name: labels.join('.').toLowerCase(), type, end: at + 5 };
}

function rdata(data: string | Srv): Buffer {
  if (typeof data === 'string')
    return isIPv6(data) ? sixteenBytes(data) : Buffer.from(data.split('.').map(Number));
  const fixed = Buffer.alloc(6);
  fixed.writeUInt16BE(data.priority, 0);
  fixed.writeUInt16BE(data.weight, 2);
  fixed.writeUInt16BE(data.port, 4);
  return Buffer.concat([fixed, encodeName(data.target)]);
}

function sixteenBytes(address: string): Buffer {
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter(Boolean);
  const missing = 8 - groups(left).length - groups(right).length;
  const all = [...groups(left), ...Array.from({ length: missing }, () => '0'), ...groups(right)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').filter(Boolean);
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}
