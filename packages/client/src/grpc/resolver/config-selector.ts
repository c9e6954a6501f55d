import { type experimental, status } from '@grpc/grpc-js';
import { type MethodConfigs } from './method-configs.js';
import { AnswerFilter, TriedCall } from './tried-call.js';

/** Tells grpc-js how each call is to be made, and gives each one an object that all its picks see. */
export function configSelector(methods: MethodConfigs): experimental.ConfigSelector {
  return {
    invoke(path) {
      const call = new TriedCall();
      return {
        methodConfig: methods.of(path),
        // grpc-js expects texts, and looks at none of them.
        pickInformation: call as never,
        status: status.OK,
        dynamicFilterFactories: [{ createFilter: () => new AnswerFilter(call) }],
      };
    },
    unref() {
      // There is nothing that could be given back.
    },
  };
}
