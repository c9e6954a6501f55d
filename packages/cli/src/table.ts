import { type ServiceInstance } from '@rookery/discovery';
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

/** A line for each instance; `share` is the part of the calls that its weight asks for. */
export function instanceTable(instances: readonly ServiceInstance[], now: number): string[] {
  const titles = ['SERVICE', 'ID', 'ADDRESS', 'STATUS', 'SHARE', 'VERSION', 'ZONE', 'AGE'];
  const weights = new Map<string, number>();
  for (const { service, weight, status } of instances)
    if (status === 'up') weights.set(service, (weights.get(service) ?? 0) + weight);
  const share = ({ service, weight, status }: ServiceInstance) =>
    status === 'up' ? `${Math.round((100 * weight) / (weights.get(service) ?? weight))}%` : '0%';
  const rows = instances.map((instance) => {
    const { service, id, status, version, zone = '-', startedAt } = instance;
    return [service, id, addressOf(instance), status, share(instance), version, zone, age(startedAt, now)];
  });
  return table(titles, rows);
}
