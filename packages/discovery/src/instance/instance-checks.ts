import { isIP } from 'node:net';
import { check, type Check, hostInUrl, is, required, shape } from '@rookery/common';
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

/** One line of at most 128 characters: it stands in logs, in metrics and in the terminal. */
export const label: Check = check(
  (value) => typeof value === 'string' && /^\P{Cc}{1,128}$/u.test(value),
  'a text of 1 to 128 characters without control characters',
);

export const protocol: Check = check(
  (value) => typeof value === 'string' && /^[a-z][a-z0-9+.-]{0,31}$/.test(value),
  "a protocol such as 'http' or 'grpc', in lower case",
);

export const metadata: Check = check(
  (value) => isTextMap(value) && Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES,
  `an object of texts that takes at most ${MAX_METADATA_BYTES} bytes as JSON`,
);

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

function isTextMap(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === 'string');
}
