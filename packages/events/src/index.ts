export { AsyncApi } from './asyncapi/async-api.js';
export { type AsyncApiDocument, type AsyncApiInfo } from './asyncapi/async-api-document.js';
export {
  type Broker,
  type BrokerEnvironment,
  type BrokerFactory,
  type ConsumeOptions,
  type ConsumerStatus,
  type Consumption,
  type Publication,
} from './broker/broker.js';
export { BrokerClosedError } from './broker/broker-closed.error.js';
export { consumerName, type ConsumerSpec } from './broker/consumer-spec.js';
export { type DeadLetterFilter, type DeadLetterStore, type DeadRecord } from './broker/dead-letter-store.js';
export { type Delivery, type Failure, type Outcome, type Receive } from './broker/delivery.js';
export { DrainTimeoutError } from './broker/drain-timeout.error.js';
export { BROKER_FEATURES, type BrokerFeature, type BrokerFeatures } from './broker/features.js';
export { LeaseLostError } from './broker/lease-lost.error.js';
export { type Log } from './broker/log.js';
export { type Message } from './broker/message.js';
export { MissingFeatureError } from './broker/missing-feature.error.js';
export { EventBus, type EventHandler, type SubscribeOptions } from './bus/event-bus.js';
export { type HandlerOptions } from './bus/handler-options.js';
export { IdentityConflictError } from './bus/identity-conflict.error.js';
export { OnEvent, type OnEventOptions } from './bus/on-event.decorator.js';
export {
  defineEvent,
  type EventContract,
  type EventDefinition,
  type Upcaster,
} from './contract/event-contract.js';
export { type JsonSchema } from './contract/json-schema.js';
export { EventMismatchError } from './contract/event-mismatch.error.js';
export { type DeadLetter, DeadLetters } from './dead-letters/dead-letters.js';
export { decodeEvent, encodeEvent } from './event/cloud-event.js';
export { InvalidEventError } from './event/invalid-event.error.js';
export { type EventPattern, isEventPattern, matchesPattern } from './event/pattern.js';
export { type PublishOptions, type RookeryEvent } from './event/rookery-event.js';
export { EventsModule } from './events.module.js';
export { type EventsOptions } from './events.options.js';
export { memoryBroker, type MemoryBrokerOptions } from './memory/memory-broker.js';
export { AttemptsExhaustedError } from './pipeline/attempts-exhausted.error.js';
export { type ErrorAction, type ErrorClass, type ErrorRule } from './pipeline/error-rules.js';
export { HandlerTimeoutError } from './pipeline/handler-timeout.error.js';
export { getQueueToken, InjectQueue } from './queue/inject-queue.decorator.js';
export { MessageQueue, type QueuePublishOptions } from './queue/message-queue.js';
export { Process } from './queue/process.decorator.js';
export { type QueueOptions } from './queue/queue-options.js';
export { EventFileError } from './sqlite/event-file.error.js';
export { NewerSchemaError } from './sqlite/newer-schema.error.js';
export { sqliteBroker } from './sqlite/sqlite-broker.js';
export { type SqliteBrokerOptions } from './sqlite/sqlite-options.js';
export { type Claim, type DeliveryStore, type Ring } from './store/delivery-store.js';
export { type DeadRow, type MessageRow, toDeadRecord, toMessage } from './store/rows.js';
export { StoreBroker, type StoreTiming } from './store/store-broker.js';
