import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  DeadLetters,
  EventBus,
  EventsModule,
  memoryBroker,
  OnEvent,
  type RookeryEvent,
} from '@rookery/events';
import { eventually } from '@rookery/testing';

// #region example
class AccountClosedError extends Error {}
class BankBusyError extends Error {}

@Injectable()
export class Charges {
  readonly tries: string[] = [];

  @OnEvent('order.placed', {
    retries: 3,
    backoff: { delay: '10ms', jitter: 'none' },
    timeout: '5s',
    errors: [
      { on: AccountClosedError, action: 'deadLetter' }, // no later try changes that
      { on: BankBusyError, action: { delay: '50ms' } }, // in earnest '10m'
      { on: (error) => String(error).includes('already charged'), action: 'discard' },
    ],
  })
  charge({ data: { account } }: RookeryEvent<{ account: string }>): void {
    this.tries.push(account);
    if (account === 'closed') throw new AccountClosedError('the account is closed');
    if (account === 'busy' && this.triesOf(account) === 1) throw new BankBusyError();
    if (account === 'twice') throw new Error('already charged');
    if (account === 'broken') throw new Error('out of order');
  }

  triesOf(account: string): number {
    return this.tries.filter((one) => one === account).length;
  }
}

@Module({
  imports: [EventsModule.forRoot({ service: 'billing', broker: memoryBroker() })],
  providers: [Charges],
})
export class BillingModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(BillingModule, { logger: false });
  const charges = app.get(Charges);
  const letters = app.get(DeadLetters);
  for (const account of ['closed', 'twice', 'broken', 'busy'])
    await app.get(EventBus).publish('order.placed', { account });

  await eventually('the last try of each', () => charges.triesOf('busy') === 2);
  const dead = await eventually('two gave up', async () => {
    const found = await letters.list();
    return found.length === 2 && found;
  });
  for (const account of ['closed', 'twice', 'broken', 'busy'])
    print(`${account}: tried ${charges.triesOf(account)} times`);
  for (const { attempts, error } of dead) print(`dead after ${attempts}: ${error.message}`);
  print(`delivered again: ${await letters.replay({ handler: 'Charges.charge', limit: 1 })}`);
  await app.close();
}
// #endregion
