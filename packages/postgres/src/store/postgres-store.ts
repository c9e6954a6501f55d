import { randomUUID } from 'node:crypto';
import { systemClock } from '@rookery/common';
import {
  type BrokerEnvironment,
  type Claim,
  consumerName,
  type ConsumerSpec,
  type ConsumerStatus,
  type DeliveryStore,
  type Message,
  type Outcome,
  type Publication,
  type Ring,
} from '@rookery/events';
import { Listener } from '../connection/listener.js';
import { type PostgresLink } from '../connection/postgres-link.js';
import { type PostgresSettings } from '../postgres-broker.options.js';
import { type Append, Appending } from './appending.js';
import { Batcher } from './batcher.js';
import { type EventRow, toMessage } from './event-row.js';
import { newNodeLock, NODE_LOCK } from './node-lock.js';
import { toRegularExpression } from './pattern.js';
import { PostgresDeadLetters } from './postgres-dead-letters.js';
import { migrate } from './schema.js';
import { channelOf, type Statements, statementsFor } from './statements.js';
import { Upkeep } from './upkeep.js';

type Held = Pick<Claim, 'consumer' | 'seq'>;

/** Deliveries in one schema of a database that all processes of a system share. */
export class PostgresStore implements DeliveryStore {
  readonly features = { durable: true, crossProcess: true, delay: true, orderedByKey: false };
  readonly deadLetters: PostgresDeadLetters;
  readonly #owner = randomUUID();
  readonly #statements: Statements;
  readonly #names = new Map<string, string>();
  readonly #appends: Batcher<Append, Publication>;
  readonly #done: Batcher<Claim, boolean>;
  readonly #listener: Listener;
  readonly #upkeep: Upkeep;
  #ring: Ring = () => {};

  constructor(
    private readonly link: PostgresLink,
    private readonly settings: PostgresSettings,
    private readonly environment: Pick<BrokerEnvironment, 'clock' | 'log'>,
  ) {
    const { schema } = settings;
    const { clock, log } = environment;
    const lock = newNodeLock();
    const now = () => this.#now();
    const statements = (this.#statements = statementsFor(schema));
    const appending = new Appending(link, statements, now);
    this.deadLetters = new PostgresDeadLetters(link, statements);
    this.#appends = new Batcher((appends) => appending.all(appends));
    this.#done = new Batcher((claims) => this.#finish(claims));
    const onNotice = (payload: string) => this.#hear(payload);
    const listener = (this.#listener = new Listener(link, {
      channel: channelOf(schema),
      lock: [NODE_LOCK, lock],
      onNotice,
    }));
    const declared = () => [...this.#names.values()];
    const owner = this.#owner;
    this.#upkeep = new Upkeep({
      link,
      statements,
      listener,
      settings,
      clock,
      log,
      now,
      owner,
      lock,
      declared,
    });
  }

  async open(ring: Ring): Promise<void> {
    this.#ring = ring;
    try {
      await migrate(this.link, this.settings.schema);
      await this.#upkeep.start();
    } catch (error) {
      await this.#listener.close();
      await this.link.close();
      throw error;
    }
    const { schema } = this.settings;
    this.environment.log.debug(`Events are kept in the schema ${schema} of ${this.link.server}.`);
  }

  async declare(consumer: ConsumerSpec): Promise<void> {
    const { group, handler, patterns } = consumer;
    const name = consumerName(consumer);
    const [row] = await this.link.rows<{ id: number }>(this.#statements.declare, [
      this.#now(),
      name,
      group,
      handler,
      JSON.stringify(patterns),
      toRegularExpression(patterns),
    ]);
    this.#names.set(String(row?.id), name);
  }

  append(message: Message, delayMs: number): Promise<Publication> {
    return this.#appends.add({ message, delayMs });
  }

  async claim(consumer: string, limit: () => number, leaseMs: number): Promise<Claim[]> {
    const most = limit();
    if (most <= 0) return [];
    const rows = await this.link.rows<EventRow & { seq: number; attempts: number }>(this.#statements.claim, [
      this.#now(),
      consumer,
      most,
      leaseMs,
      this.#owner,
    ]);
    return rows.map((row) => ({ consumer, seq: row.seq, attempt: row.attempts, message: toMessage(row) }));
  }

  async renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]> {
    const { consumers, seqs, attempts } = columns(claims);
    const values = [this.#now(), consumers, seqs, this.#owner, attempts, leaseMs];
    const renewed = namesOf(await this.link.rows<Held>(this.#statements.renew, values));
    return claims.filter((claim) => !renewed.has(nameOf(claim)));
  }

  async settle(claim: Claim, outcome: Outcome): Promise<boolean> {
    if (outcome.kind === 'done') return this.#done.add(claim);
    const { retry, release, bury } = this.#statements;
    const held = [claim.consumer, claim.seq, this.#owner, claim.attempt];
    if (outcome.kind === 'release') return (await this.link.run(release, held)) > 0;
    const { failure } = outcome;
    if (outcome.kind === 'dead')
      return (await this.link.run(bury, [...held, failure.at, JSON.stringify(failure)])) > 0;
    const pause = Math.ceil(outcome.delayMs);
    return (await this.link.run(retry, [this.#now(), ...held, pause, failure.at])) > 0;
  }

  async nextDue(consumer: string): Promise<number | undefined> {
    const values = [this.#now(), consumer];
    const [row] = await this.link.rows<{ wait: number | null }>(this.#statements.nextDue, values);
    return row?.wait ?? undefined;
  }

  status(): Promise<ConsumerStatus[]> {
    return this.link.rows<ConsumerStatus>(this.#statements.status, []);
  }

  async close(idle: boolean): Promise<void> {
    await this.#upkeep.stop();
    await this.#appends.idle();
    await this.#done.idle();
    // With something still being handled, the entry stays: others release it when this process has ended.
    if (idle) await this.link.run(this.#statements.leave, [this.#owner]).catch(() => {});
    await this.#listener.close();
    await this.link.close();
  }

  /** The server's clock is the same for all hosts; a clock that an app brings rules over everything, as in tests. */
  #now(): number | null {
    const { clock } = this.environment;
    return clock === systemClock ? null : Math.floor(clock.now());
  }

  /** An empty notice, or too long a one, may be about anybody. */
  #hear(payload: string): void {
    if (payload === '') return this.#ring();
    const consumers = payload.split(',').flatMap((id) => this.#names.get(id) ?? []);
    if (consumers.length > 0) this.#ring(consumers);
  }

  async #finish(claims: readonly Claim[]): Promise<boolean[]> {
    const { consumers, seqs, attempts } = columns(claims);
    const values = [consumers, seqs, this.#owner, attempts];
    const finished = namesOf(await this.link.rows<Held>(this.#statements.done, values));
    return claims.map((claim) => finished.has(nameOf(claim)));
  }
}

function columns(claims: readonly Claim[]) {
  return {
    consumers: claims.map(({ consumer }) => consumer),
    seqs: claims.map(({ seq }) => seq),
    attempts: claims.map(({ attempt }) => attempt),
  };
}

function nameOf({ consumer, seq }: Held): string {
  return `${seq} ${consumer}`;
}

function namesOf(all: readonly Held[]): ReadonlySet<string> {
  return new Set(all.map(nameOf));
}
