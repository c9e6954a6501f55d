import { KafkaContext, NatsContext, RedisContext, RmqContext, TcpContext } from '@nestjs/microservices';
import { TIMEOUT_HEADER } from '@rookery/common';
import { timeoutField } from './message-facts.js';

const fields = { [TIMEOUT_HEADER]: '250', other: '1' };

it.each([
  ['TCP', new TcpContext([undefined as never, 'p', fields])],
  ['Redis', new RedisContext(['p', fields])],
  ['NATS', new NatsContext(['p', new Map(Object.entries(fields)) as never])],
  ['RabbitMQ', new RmqContext([{ properties: { headers: fields } }, undefined, 'p'])],
  [
    'Kafka',
    new KafkaContext([
      { headers: { [TIMEOUT_HEADER]: Buffer.from('250') } } as never,
      0,
      't',
      undefined as never,
      undefined as never,
      undefined as never,
    ]),
  ],
])('the time of a sender is found in a message of %s', (_transport, context) => {
  expect(timeoutField(context)).toBe('250');
});

it.each([
  ['nothing in its metadata', new TcpContext([undefined as never, 'p', {}])],
  ['metadata that is a text', new RedisContext(['p', 'x' as never])],
  ['no headers', new NatsContext(['p', undefined])],
  ['no properties', new RmqContext([{}, undefined, 'p'])],
  ['an inherited field', new RedisContext(['p', Object.create(fields) as never])],
  ['no context', undefined],
])('a message with %s says nothing', (_what, context) => {
  expect(timeoutField(context)).toBeUndefined();
});
