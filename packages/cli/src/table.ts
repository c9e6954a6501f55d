import { type RegistryBackend, type ServiceInstance } from '@rookery/discovery';
import { printable } from './terminal.js';

const GAP = '  ';
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const;

/** How long ago something was, in its largest unit. A clock that is ahead makes it `0s`, not a negative age. */
export function age(fromMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - fromMs) / 1_000));
  const unit = UNITS.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])}${unit[0]}` : `${seconds}s`;
}

/** Where an instance is, as a URL without path. */
export function addressOf({ protocol, host, port }: ServiceInstance): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Columns as wide as what is in them, under their titles. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** The version of an instance that was given none. */
const NO_VERSION = '0.0.0';

/**
 * A line for each instance. `SHARE` is the part of the calls that its weight asks for: those that drain have one when no
 * other is up. What nobody has told is `-`: when something started that was not registered, and its version.
 */
export function instanceTable(
  instances: readonly ServiceInstance[],
  now: number,
  { readOnly = false }: Pick<RegistryBackend, 'readOnly'> = {},
): string[] {
  const titles = ['SERVICE', 'ID', 'ADDRESS', 'STATUS', 'SHARE', 'VERSION', 'ZONE', 'AGE'];
  const share = shares(instances);
  const rows = instances.map((instance) => {
    const { service, id, status, version, zone = '-', startedAt } = instance;
    const code = readOnly && version === NO_VERSION ? '-' : version;
    const since = readOnly ? '-' : age(startedAt, now);
    return [service, id, addressOf(instance), status, share(instance), code, zone, since];
  });
  return table(titles, rows);
}

function shares(instances: readonly ServiceInstance[]): (instance: ServiceInstance) => string {
  const served = new Set(instances.filter(({ status }) => status === 'up').map(({ service }) => service));
  const called = ({ service, status }: ServiceInstance) => status === 'up' || !served.has(service);
  const weights = new Map<string, number>();
  for (const instance of instances.filter(called))
    weights.set(instance.service, (weights.get(instance.service) ?? 0) + instance.weight);
  return (instance) => {
    const { service, weight } = instance;
    return called(instance) ? `${Math.round((100 * weight) / (weights.get(service) ?? weight))}%` : '0%';
  };
}
