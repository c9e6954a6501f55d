import { type fromJSON } from '@grpc/proto-loader';

type Definitions = Parameters<typeof fromJSON>[0];

/** A field of a message by its type and its number. */
const field = (type: string, id: number) => ({ type, id });
const list = (type: string, id: number) => ({ rule: 'repeated', type, id });
const message = (fields: object, nested?: object) =>
  ({ fields, ...(nested && { nested }) }) as NonNullable<Definitions['nested']>[string];

/**
 * The messages by which servers explain a status: `google.rpc.Status` and the kinds of details of
 * google/rpc/error_details.proto, as protobufjs writes definitions in JSON.
 */
export const GOOGLE_RPC: Definitions = {
  nested: {
    google: {
      nested: {
        rpc: {
          nested: {
            Status: message(
              { code: field('int32', 1), message: field('string', 2), details: list('Packed', 3) },
              // google.protobuf.Any, under a name to which no loader gives a meaning of its own.
              { Packed: message({ typeUrl: field('string', 1), value: field('bytes', 2) }) },
            ),
            ErrorInfo: message({
              reason: field('string', 1),
              domain: field('string', 2),
              metadata: { keyType: 'string', type: 'string', id: 3 },
            }),
            RetryInfo: message(
              { retryDelay: field('Delay', 1) },
              { Delay: message({ seconds: field('int64', 1), nanos: field('int32', 2) }) },
            ),
            DebugInfo: message({ stackEntries: list('string', 1), detail: field('string', 2) }),
            QuotaFailure: message(
              { violations: list('Violation', 1) },
              { Violation: message({ subject: field('string', 1), description: field('string', 2) }) },
            ),
            PreconditionFailure: message(
              { violations: list('Violation', 1) },
              {
                Violation: message({
                  type: field('string', 1),
                  subject: field('string', 2),
                  description: field('string', 3),
                }),
              },
            ),
            BadRequest: message(
              { fieldViolations: list('FieldViolation', 1) },
              { FieldViolation: message({ field: field('string', 1), description: field('string', 2) }) },
            ),
            RequestInfo: message({ requestId: field('string', 1), servingData: field('string', 2) }),
            ResourceInfo: message({
              resourceType: field('string', 1),
              resourceName: field('string', 2),
              owner: field('string', 3),
              description: field('string', 4),
            }),
            Help: message(
              { links: list('Link', 1) },
              { Link: message({ description: field('string', 1), url: field('string', 2) }) },
            ),
            LocalizedMessage: message({ locale: field('string', 1), message: field('string', 2) }),
          },
        },
      },
    },
  },
};
