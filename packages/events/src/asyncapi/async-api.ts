import { checkOptions, is, required, shape } from '@rookery/common';
import { type EventsRuntime } from '../bus/events-runtime.js';
import { type AsyncApiDocument, type AsyncApiInfo, describeContracts } from './async-api-document.js';

const checkInfo = shape<AsyncApiInfo>({ title: is.text, version: required(is.text), description: is.text });

/**
 * Says what the app publishes, as far as `EventsModule.forRoot({ publishes })` names it, and what its handlers handle by contracts.
 *
 * @example
 * const document = app.get(AsyncApi).document({ version: '1.4.0' });
 * writeFileSync('asyncapi.json', JSON.stringify(document));
 */
export class AsyncApi {
  constructor(private readonly runtime: EventsRuntime) {}

  /**
   * The document, once the app has been initialised. Throws an `OptionsError` when the schema of a contract cannot be written as
   * JSON Schema.
   */
  document(info: AsyncApiInfo): AsyncApiDocument {
    const checked = checkOptions('AsyncApi.document', checkInfo, info);
    return describeContracts({ title: this.runtime.service, ...checked }, this.runtime.contracts.all());
  }
}
