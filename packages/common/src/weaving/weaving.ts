import { type InjectionToken } from '@nestjs/common';
import { type WovenCall, type WovenMethod } from './woven-call.js';

/** What a package does around the methods that its decorators mark. */
export interface Weaving<Runtime extends object = object> {
  /** The package's name; it is what Nest shows when the package's module is not imported. */
  readonly name: string;
  /** What is injected into every instance that has a marked method. */
  readonly runtime: InjectionToken<Runtime>;
  /** Told about each marked method once, while its class is declared. */
  declare?(method: WovenMethod): void;
  /** Handles one call. What it returns is what the caller gets. */
  invoke(runtime: Runtime, call: WovenCall): unknown;
}
