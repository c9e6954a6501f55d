import { readFile } from 'node:fs/promises';
import { messageOf, OptionsError } from '@rookery/common';

/** The environment variables by which every gRPC learns where its xDS server is (gRFC A27). */
const FILE = 'GRPC_XDS_BOOTSTRAP';
const CONTENT = 'GRPC_XDS_BOOTSTRAP_CONFIG';

/** The credentials towards the xDS server that grpc-js-xds has. */
const CREDENTIALS = ['insecure', 'google_default'];

/**
 * Looks at the bootstrap as grpc-js-xds will, which would find its faults only on the first call. Resolves with the address
 * of the xDS server; rejects with an `OptionsError` that says where the fault is.
 */
export async function checkBootstrap(where: string, environment = process.env): Promise<string> {
  const { source, text } = await bootstrapIn(environment, where);
  const refuse = (problem: string): never => {
    throw new OptionsError(where, [`mode: 'proxyless' reads ${source}: ${problem}`]);
  };
  const config = parsed(text) ?? refuse('It is not a JSON object.');
  const [server] = listed(config['xds_servers']);
  const uri = server?.['server_uri'];
  if (typeof uri !== 'string' || uri === '') return refuse('xds_servers[0].server_uri: Missing.');
  if (!listed(server?.['channel_creds']).some(({ type }) => CREDENTIALS.includes(type as string))) {
    refuse(`xds_servers[0].channel_creds: Needs one with type ${CREDENTIALS.join(' or ')}.`);
  }
  const node = isObject(config['node']) ? config['node'] : {};
  if (typeof node['id'] !== 'string')
    refuse('node.id: Missing. Use any text that tells this process from others.');
  // grpc-js-xds wants it although the specification does not.
  if (!isObject(node['locality'])) refuse('node.locality: Missing. Use {} or { "zone": "..." }.');
  return uri;
}

async function bootstrapIn(
  environment: NodeJS.ProcessEnv,
  where: string,
): Promise<{ source: string; text: string }> {
  const file = environment[FILE];
  const content = environment[CONTENT];
  if (!file && content) return { source: CONTENT, text: content };
  if (!file) {
    throw new OptionsError(where, [
      `mode: 'proxyless' needs ${FILE}, the path of a bootstrap file, or ${CONTENT}, its content, in the environment.`,
    ]);
  }
  try {
    return { source: `${FILE}=${file}`, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw new OptionsError(where, [`mode: 'proxyless' cannot read ${FILE}=${file}: ${messageOf(error)}.`]);
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function listed(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
