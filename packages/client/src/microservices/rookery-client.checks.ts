import {
  check,
  type Check,
  checkOptions,
  type Checks,
  is,
  listOf,
  OptionsError,
  required,
  shape,
} from '@rookery/common';
import { type ClientDefinition, definitionChecks } from '../definition/client-definition.js';
import { ELSEWHERE, TRANSPORTS } from './transports.js';

export const ROOKERY_CLIENT = 'rookeryClient';

/** The options as they are checked, whatever their transport. */
export interface CheckedClient extends Omit<ClientDefinition, 'url'> {
  readonly name: string | symbol;
  readonly transport: number;
  readonly idempotent?: true | readonly unknown[];
  readonly options?: object;
}

const name = check(
  (value) => typeof value === 'symbol' || (typeof value === 'string' && value.length > 0),
  'a text or a symbol: the token of the client',
);

const transport: Check = (value, path, problems) => {
  const elsewhere = ELSEWHERE.get(value);
  if (elsewhere) problems.push(`${path}: ${elsewhere}`);
  else knownTransport(value, path, problems);
};

const knownTransport = check(
  (value) => TRANSPORTS.has(value),
  'Transport.TCP, Transport.REDIS, Transport.NATS or Transport.RMQ',
);

const pattern = check(
  (value) => ['string', 'number'].includes(typeof value) || (typeof value === 'object' && value !== null),
  'a pattern, as in send(pattern, data)',
);

const patterns = check(Array.isArray, 'a list of patterns, or true');

const idempotent: Check = (value, path, problems) => {
  if (value === true) return;
  if (Array.isArray(value)) listOf(required(pattern))(value, path, problems);
  else patterns(value, path, problems);
};

const anObject = check((value) => typeof value === 'object' && value !== null, 'an object');

/** Nest's options of a TCP client. Those of a broker are its library's business, and grow. */
const tcpOptions = shape<Record<TcpOption, unknown>>({
  host: is.text,
  port: is.wholeNumber({ min: 1, max: 65_535 }),
  serializer: is.implementing('Serializer', 'serialize'),
  deserializer: is.implementing('Deserializer', 'deserialize'),
  tlsOptions: anObject,
  socketClass: is.callable,
  maxBufferSize: is.wholeNumber({ min: 1 }),
  incompleteMessageTimeout: is.wholeNumber(),
  maxSendBufferSize: is.wholeNumber(),
});

type TcpOption =
  | 'host'
  | 'port'
  | 'serializer'
  | 'deserializer'
  | 'tlsOptions'
  | 'socketClass'
  | 'maxBufferSize'
  | 'incompleteMessageTimeout'
  | 'maxSendBufferSize';

const { service, policy, timeout, retries, balancing } = definitionChecks;
const checks: Checks<CheckedClient> = {
  name: required(name),
  service,
  policy,
  timeout,
  retries,
  balancing,
  transport: required(transport),
  idempotent,
  options: anObject,
};

/** Refuses what cannot be used, with the path of the option. */
export function checkRookeryClient(options: object): void {
  checkOptions(ROOKERY_CLIENT, shape<CheckedClient>(checks), options);
  const problems = contradictions(options as CheckedClient);
  if (problems.length > 0) throw new OptionsError(ROOKERY_CLIENT, problems);
}

function contradictions(client: CheckedClient): string[] {
  const { options = {}, ...definition } = client;
  const problems: string[] = [];
  if (definition.policy !== undefined && (definition.timeout ?? definition.retries) !== undefined)
    problems.push(
      `policy cannot be combined with timeout or retries. Set them in the policy "${definition.policy}".`,
    );
  if (TRANSPORTS.get(definition.transport) !== 'tcp') {
    if (definition.balancing)
      problems.push('balancing: The broker chooses who gets a message. Leave it out.');
    return problems;
  }
  tcpOptions(options, 'options', problems);
  const { host, port } = options as { host?: unknown; port?: unknown };
  if ((host === undefined) !== (port === undefined))
    problems.push(
      'options: host and port belong together. Give both, or none to find the service through discovery.',
    );
  else if (host !== undefined && definition.balancing)
    problems.push(
      'balancing cannot be combined with options.host, which is one place. Leave one of them out.',
    );
  return problems;
}
