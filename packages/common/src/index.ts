export {
  type Backoff,
  BACKOFF_DEFAULTS,
  backoffCheck,
  type BackoffOptions,
  createBackoff,
  type Jitter,
} from './backoff/backoff.js';
export { type Clock, type ScheduledTask, type ScheduleOptions, systemClock } from './clock/clock.js';
export { repeat, type Repetition } from './clock/repeat.js';
export { sleep } from './clock/sleep.js';
export { within, type WithinOptions } from './clock/within.js';
export { type CallContext, currentContext, runInContext, runInFreshContext } from './context/call-context.js';
export { remainingTime, runWithDeadline } from './context/deadline.js';
export { type Duration, type DurationUnit, parseDuration, toMilliseconds } from './duration/duration.js';
export { messageOf } from './errors/message-of.js';
export { OptionsError } from './errors/options.error.js';
export { isRookeryError, RookeryError } from './errors/rookery.error.js';
export { UnsafeDirectoryError } from './errors/unsafe-directory.error.js';
export { defaultDirectory, ensurePrivateDirectory, type Privacy } from './host/private-directory.js';
export {
  identifySelf,
  type ProcessIdentity,
  probeProcess,
  type ProcessState,
} from './host/process-identity.js';
export { ifPresent, systemCode } from './host/system-error.js';
export { type AnswerBody, decodeBody, decodeErrorBody, LARGEST_ANSWER } from './http/answer.js';
export { headerProblem, type Headers, headersCheck, lowerCased } from './http/headers.js';
export { hostInUrl } from './http/host-in-url.js';
export { neverSent } from './http/never-sent.js';
export { parseRetryAfter } from './http/retry-after.js';
export { ServiceInfo } from './identity/service-info.js';
export { resolveServiceName } from './identity/service-name.js';
export {
  type AttributeValue,
  type CallKind,
  CallObserver,
  type Observation,
  type ObservedCall,
} from './observe/call-observer.js';
export { AppClosing, type ClosingStep } from './module/app-closing.js';
export { AppLifeModule } from './module/app-life.module.js';
export { Readiness } from './module/readiness.js';
export { LISTENING_TRANSPORTS, type RpcServer } from './module/rpc-server.js';
export { RpcServers } from './module/rpc-servers.js';
export { refuseSecondImport } from './module/refuse-second-import.providers.js';
export { noObserver } from './observe/no-observer.js';
export { check, type Check, required } from './options/check.js';
export { checkOptions } from './options/check-options.js';
export * as is from './options/checks.js';
export { type Checks, listOf, mapOf, shape } from './options/shape.js';
export { type Random, systemRandom } from './random/random.js';
export { attachRuntime } from './weaving/attach-runtime.explorer.js';
export { requireInstanceMethod } from './weaving/require-instance-method.js';
export { requireModule } from './weaving/require-module.decorator.js';
export { isAsyncIterable, isThenable, type Settled, watchResult } from './weaving/result.js';
export { Signal, passedSignal, withSignal } from './weaving/signal.decorator.js';
export { weaveMethod } from './weaving/weave.decorator.js';
export { type Weaving } from './weaving/weaving.js';
export { type WovenCall, type WovenMethod } from './weaving/woven-call.js';
