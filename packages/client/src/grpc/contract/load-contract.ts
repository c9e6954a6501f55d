import { loadSync, type Options as LoaderOptions } from '@grpc/proto-loader';
import { messageOf, OptionsError } from '@rookery/common';
import { type Contract } from './contract.js';
import { LOADER_DEFAULTS, messagesIn, servicesIn } from './loader.js';

/** Where a contract is found. */
export interface ContractSource {
  readonly package: string;
  readonly protoPath: string | string[];
  readonly serviceName?: string;
  readonly loader?: LoaderOptions;
}

/**
 * Reads a contract from its .proto files. Throws an `OptionsError` that names the option at fault.
 * @param where What was given the options, and at which index, for the message.
 */
export function loadContract(where: string, path: string, source: ContractSource): Contract {
  const refuse = (option: string, problem: string): never => {
    throw new OptionsError(where, [`${path}.${option}: ${problem}`]);
  };
  const loaded = readProtos(source, refuse);
  const services = servicesIn(loaded);
  const inPackage = [...services].filter(([name]) => packageOf(name) === source.package);
  if (inPackage.length === 0) {
    const found = [...services.keys()].join(', ') || 'none';
    return refuse(
      'package',
      `"${source.package}" has no service in ${String(source.protoPath)}. Found: ${found}.`,
    );
  }
  const names = inPackage.map(([name]) => name.slice(source.package.length + 1));
  const { serviceName = names.length === 1 ? names[0] : undefined } = source;
  if (serviceName === undefined) return refuse('serviceName', `Missing. Use ${names.join(' or ')}.`);
  const name = `${source.package}.${serviceName}`;
  const definition = services.get(name);
  if (!definition) return refuse('serviceName', `There is no "${serviceName}". Use ${names.join(' or ')}.`);
  return { name, methods: new Map(Object.entries(definition)), messages: messagesIn(loaded) };
}

function readProtos(
  { protoPath, loader }: ContractSource,
  refuse: (option: string, problem: string) => never,
) {
  try {
    return loadSync(protoPath, { ...LOADER_DEFAULTS, ...loader });
  } catch (error) {
    return refuse('protoPath', `${String(protoPath)} cannot be read: ${messageOf(error)}.`);
  }
}

function packageOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}
