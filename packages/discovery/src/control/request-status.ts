import { checkOptions, systemClock, systemRandom, toMilliseconds, within } from '@rookery/common';
import { ReadOnlyRegistryError } from '../errors/read-only-registry.error.js';
import { UnansweredRequestError } from '../errors/unanswered-request.error.js';
import { randomId } from '../instance/random-id.js';
import { type InstanceStatus, type ServiceInstance } from '../instance/service-instance.js';
import { type Registration } from '../registry/registration.js';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { controlEntries } from './control-entries.js';
import { CONTROL_SERVICE } from './control-service.js';
import { type ControlParts, post } from './post.js';
import {
  STATUS_REQUEST_DEFAULTS,
  statusRequestCheck,
  type StatusRequestOptions,
} from './request-status.options.js';
import { readAnswer } from './status-answer.js';
import { requestEntry } from './status-request.js';

/**
 * Asks an instance of another process to drain, or to be up again, by way of the registry. Resolves to the status that
 * it has then: one that is not ready stays `'draining'` though `'up'` was asked for. The wish lasts until another one or
 * until the process ends; the request itself is taken back before this returns.
 *
 * @param target The instance as the registry lists it.
 * @throws `UnansweredRequestError` when it does not answer in time, `ReadOnlyRegistryError` where nobody can be asked.
 */
export async function requestStatus(
  backend: RegistryBackend,
  target: ServiceInstance,
  options: StatusRequestOptions,
): Promise<InstanceStatus> {
  const { status, by, signal, ...rest } = checkOptions('requestStatus', statusRequestCheck, options);
  const { clock = systemClock, random = systemRandom, timeout = STATUS_REQUEST_DEFAULTS.timeout } = rest;
  if (backend.readOnly) throw new ReadOnlyRegistryError(backend.description, CONTROL_SERVICE);
  signal?.throwIfAborted();
  const timeoutMs = toMilliseconds(timeout);
  const parts = { backend, clock, random };
  const id = `request-${randomId(random)}`;
  const request = post(requestEntry(target, { id, status, by, askedAt: clock.now() }), parts);
  try {
    const late = () => new UnansweredRequestError(target, timeoutMs, failureOf(request));
    return await within(clock, timeoutMs, (inner) => answerTo(id, parts, inner), { signal, late });
  } finally {
    await request.leave();
  }
}

async function answerTo(id: string, parts: ControlParts, signal: AbortSignal): Promise<InstanceStatus> {
  for await (const entries of controlEntries(parts, signal)) {
    for (const entry of entries) {
      const status = readAnswer(entry, id);
      if (status) return status;
    }
  }
  throw signal.reason;
}

/** Why the request never was in the registry; nothing when it was. */
function failureOf({ state }: Registration): ErrorOptions {
  if (state.kind !== 'registering') return {};
  return { cause: state.error ?? new Error('the registry does not answer') };
}
