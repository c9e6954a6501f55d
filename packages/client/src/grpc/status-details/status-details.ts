import { fromJSON } from '@grpc/proto-loader';
import { type Messages } from '../contract/contract.js';
import { LOADER_DEFAULTS, messagesIn } from '../contract/loader.js';
import { type StatusDetail } from '../../errors/status-detail.js';
import { GOOGLE_RPC } from './google-rpc.js';

/** The key of the trailing metadata under which a server explains a status at length. */
export const STATUS_DETAILS = 'grpc-status-details-bin';

interface PackedStatus {
  readonly details: readonly { readonly typeUrl: string; readonly value: Buffer }[];
}

let known: Messages | undefined;

/**
 * What a server has packed into `grpc-status-details-bin`: a `google.rpc.Status`, whose details are messages of any type.
 * Those of google.rpc and of the contract are decoded; any other is left as bytes. What is no such status is no details,
 * as gRPC has it: the status itself still counts.
 */
export function statusDetails(bytes: Buffer, own: Messages): readonly StatusDetail[] {
  known ??= messagesIn(fromJSON(GOOGLE_RPC, LOADER_DEFAULTS));
  const status = decoded(known, 'google.rpc.Status', bytes);
  if (Buffer.isBuffer(status)) return [];
  return (status as PackedStatus).details.map(({ typeUrl, value }) => {
    const type = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
    const messages = own.has(type) ? own : (known ?? own);
    return { type, value: decoded(messages, type, value) };
  });
}

/** How long the other side asks its callers to wait, by a `google.rpc.RetryInfo`. */
export function retryDelayOf(details: readonly StatusDetail[]): number | undefined {
  const info = details.find(({ type }) => type === 'google.rpc.RetryInfo');
  if (!info || Buffer.isBuffer(info.value)) return undefined;
  const { retryDelay } = info.value as { retryDelay?: { seconds: string; nanos: number } | null };
  if (!retryDelay) return undefined;
  return Math.max(0, Number(retryDelay.seconds) * 1_000 + retryDelay.nanos / 1_000_000);
}

/** The message, or the bytes as they are where nobody knows its type or they are none of it. */
function decoded(messages: Messages, type: string, bytes: Buffer): object {
  try {
    return messages.get(type)?.deserialize(bytes) ?? bytes;
  } catch {
    return bytes;
  }
}
