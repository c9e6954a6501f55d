import { afterEach, beforeEach, describe } from '@jest/globals';
import { type BrokerFeatures } from '../broker/features.js';
import { deadLetterTests } from './conformance/dead-letters.js';
import { deliveryTests } from './conformance/delivery.js';
import { drainTests } from './conformance/drain.js';
import { groupTests } from './conformance/groups.js';
import { identityTests } from './conformance/identity.js';
import { leaseTests } from './conformance/leases.js';
import { retryTests } from './conformance/retries.js';
import { ConformanceRig, type ConformanceTarget } from './conformance-rig.js';

/**
 * What every broker promises, as tests. The idea of one suite with a record of features is Watermill's.
 *
 * @param prepare Gives an empty place for events, and how to remove it. Called before each test.
 * @param features What the broker says of itself; what it lacks is not tested.
 */
export function brokerConformance(
  name: string,
  prepare: () => ConformanceTarget | Promise<ConformanceTarget>,
  features: BrokerFeatures,
): void {
  describe(`${name}, as every broker,`, () => {
    let current: ConformanceRig | undefined;
    const rig = (): ConformanceRig => {
      if (!current) throw new Error('No test is running.');
      return current;
    };
    beforeEach(async () => {
      current = new ConformanceRig(await prepare());
    });
    afterEach(() => current?.dispose());

    for (const tests of [
      deliveryTests,
      groupTests,
      identityTests,
      retryTests,
      leaseTests,
      drainTests,
      deadLetterTests,
    ])
      tests(rig, features);
  });
}
