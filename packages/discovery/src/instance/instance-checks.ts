import { isIP } from 'node:net';
import { check, type Check, hostInUrl, is, mapOf, required, shape } from '@rookery/common';
import { type ServiceInstance } from './service-instance.js';

/** The most that an instance's metadata may take as JSON, in bytes. */
const MAX_METADATA_BYTES = 4_096;

/** The largest weight of an instance. */
const MAX_WEIGHT = 1_000;

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** A host without scheme, port, path or brackets, so that a URL can be made of it. */
export const host: Check = check(
  (value) =>
    typeof value === 'string' &&
    (isIP(value) !== 0 || HOST_NAME.test(value)) &&
    URL.canParse(`http://${hostInUrl(value)}`),
  'a host name or an IP address, without scheme, port and brackets',
);

export const port: Check = is.wholeNumber({ min: 1, max: 65_535 });
export const weight: Check = is.wholeNumber({ min: 1, max: MAX_WEIGHT });

/**
 * One line of at most 128 characters: it stands in logs, in metrics and in the terminal. Half a character is none: two
 * ids that differ in such a half would be the same one as a key or a file's name.
 */
export const label: Check = check(
  (value) => typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,128}$/u.test(value),
  'a text of 1 to 128 characters without control characters',
);

export const protocol: Check = check(
  (value) => typeof value === 'string' && /^[a-z][a-z0-9+.-]{0,31}$/.test(value),
  "a protocol such as 'http' or 'grpc', in lower case",
);

const texts = mapOf(required(check((value) => typeof value === 'string', 'a text')));
const smallEnough = check(
  (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES,
  `an object that takes at most ${MAX_METADATA_BYTES} bytes as JSON`,
);

/** Whether a service can have the name. Names may come from outside: whoever asks for one that none can have asks in vain. */
export function isServiceName(name: string): boolean {
  const problems: string[] = [];
  is.serviceName(name, '', problems);
  return problems.length === 0;
}

/** Texts by name. What is no text is named by its own path. */
export const metadata: Check = (value, path, problems) => {
  const before = problems.length;
  texts(value, path, problems);
  if (problems.length === before) smallEnough(value, path, problems);
};

/** The check that every instance passes before it is registered, and again when it is read from elsewhere. */
export const instanceShape: Check = shape<ServiceInstance>({
  id: required(label),
  service: required(is.serviceName),
  host: required(host),
  port: required(port),
  protocol: required(protocol),
  version: required(label),
  zone: label,
  weight: required(weight),
  metadata: required(metadata),
  status: required(is.oneOf('up', 'draining')),
  startedAt: required(is.numberBetween(0, Number.MAX_SAFE_INTEGER)),
});
