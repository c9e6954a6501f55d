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
export { unlessAborted } from './clock/unless-aborted.js';
export { within, type WithinOptions } from './clock/within.js';
export { type CallContext, currentContext, runInContext, runInFreshContext } from './context/call-context.js';
export { remainingTime, runWithDeadline } from './context/deadline.js';
export {
  LONGEST_TIMEOUT_MS,
  outgoingTimeout,
  parseTimeout,
  TIMEOUT_HEADER,
} from './context/timeout-header.js';
export { type Duration, type DurationUnit, parseDuration, toMilliseconds } from './duration/duration.js';
export { asSentence } from './errors/as-sentence.js';
export { CallerGoneError } from './errors/caller-gone.error.js';
export { DeadlineExceededError } from './errors/deadline-exceeded.error.js';
export { isTimeout } from './errors/is-timeout.js';
export { messageOf } from './errors/message-of.js';
export { OptionsError } from './errors/options.error.js';
export { isRookeryError, RookeryError } from './errors/rookery.error.js';
export { UnsafeDirectoryError } from './errors/unsafe-directory.error.js';
export { GRPC_STATUS_NAMES, grpcStatusOf, type GrpcStatusName } from './grpc/grpc-statuses.js';
export { defaultDirectory, ensurePrivateDirectory, type Privacy } from './host/private-directory.js';
export {
  identifySelf,
  type ProcessIdentity,
  probeProcess,
  type ProcessState,
} from './host/process-identity.js';
export { ifPresent, systemCode } from './host/system-error.js';
export { type AnswerBody, decodeBody, decodeErrorBody, LARGEST_ANSWER } from './http/answer.js';
export { DEEPEST_JSON, parseForeignJson } from './http/foreign-json.js';
export { headerProblem, type Headers, headersCheck, lowerCased } from './http/headers.js';
export { hostInUrl } from './http/host-in-url.js';
export { isIdempotent } from './http/idempotent-methods.js';
export { neverSent } from './http/never-sent.js';
export { onResponseClose } from './http/on-response-close.js';
export { onSocketClose } from './http/on-socket-close.js';
export {
  addRequestHook,
  type Done,
  type RequestHook,
  type RequestHookable,
  type RequestPhase,
} from './http/request-hooks.js';
export { parseRetryAfter } from './http/retry-after.js';
export { UnsafeJsonError } from './http/unsafe-json.error.js';
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
export { parseJson } from './options/parse-json.js';
export { passes } from './options/passes.js';
export { type Checks, listOf, mapOf, shape } from './options/shape.js';
export { type ProblemDefinition } from './problem/problem-definition.js';
export { PROBLEM_JSON, type ProblemDetails, problemIn } from './problem/problem-details.js';
export { type ProblemClass } from './problem/problem-class.js';
export { isProblem, ProblemError, type ProblemFacts, type Receipt } from './problem/problem.error.js';
export { received } from './problem/received.js';
export {
  type NoMembers,
  type ProblemArguments,
  type ProblemBase,
  ProblemType,
} from './problem/problem-type.js';
export { type Random, systemRandom } from './random/random.js';
export { type Fit, fit, fitForeign } from './schema/fit.js';
export { atPlaces, type SchemaIssue } from './schema/issue.js';
export { type Schema, schemaCheck } from './schema/schema.js';
export { attachRuntime } from './weaving/attach-runtime.explorer.js';
export { requireInstanceMethod } from './weaving/require-instance-method.js';
export { requireModule } from './weaving/require-module.decorator.js';
export { isAsyncIterable, isThenable, type Settled, watchResult } from './weaving/result.js';
export { Signal, passedSignal, signalParameter, withSignal } from './weaving/signal.decorator.js';
export { reweave, weaveMethod } from './weaving/weave.decorator.js';
export { type Weaving } from './weaving/weaving.js';
export { type WovenCall, type WovenMethod } from './weaving/woven-call.js';
