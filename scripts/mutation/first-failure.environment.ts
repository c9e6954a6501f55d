import { type Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';

/** Skips the rest of a spec file after its first failure: by then the mutant is noticed, and hanging tests cost most. */
export default class FirstFailureEnvironment extends TestEnvironment {
  #failed = false;

  handleTestEvent(event: Circus.Event): void {
    if (event.name === 'test_done' && event.test.errors.length > 0) this.#failed = true;
    if (event.name === 'test_start' && this.#failed) event.test.mode = 'skip';
  }
}
