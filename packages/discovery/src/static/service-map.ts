import { type Check, is, mapOf } from '@rookery/common';

/** An object whose keys are names of services, at least one, and whose values pass `inner`. */
export function serviceMap(inner: Check): Check {
  const entries = mapOf(inner);
  return (value, path, problems) => {
    entries(value, path, problems);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const names = Object.keys(value);
    if (names.length === 0) problems.push(`${path}: Empty. Name at least one service.`);
    for (const name of names) is.serviceName(name, `${path}, the key ${JSON.stringify(name)}`, problems);
  };
}
