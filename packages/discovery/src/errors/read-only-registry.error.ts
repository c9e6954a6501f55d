import { RookeryError } from '@rookery/common';

/** Something was to be registered where instances can only be looked up. */
export class ReadOnlyRegistryError extends RookeryError {
  readonly code = 'READ_ONLY_REGISTRY';

  /** @param registry The registry's description. */
  constructor(
    readonly registry: string,
    readonly service: string,
  ) {
    super(
      `${service} cannot be registered: ${registry} can only be looked up. Register it where that list is kept, or use a registry that takes registrations.`,
    );
  }
}
