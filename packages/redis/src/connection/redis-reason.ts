import { messageOf } from '@rookery/common';

/** Whether the server answered at all. A replica answers too, but whoever was promoted has to be found anew. */
export function saysServer(error: unknown): boolean {
  return isReply(error) && !messageOf(error).startsWith('READONLY');
}

/** What happened, in a few words that hold no secret: servers quote the command that they refuse, the log-in as well. */
export function reasonOf(error: unknown): string {
  return messageOf(error)
    .replace(/,? with args beginning with.*/s, '')
    .replace(/[.\s]+$/, '')
    .slice(0, LONGEST_REASON);
}

const LONGEST_REASON = 200;

function isReply(error: unknown): boolean {
  return (error as Error | undefined)?.name === 'ReplyError';
}
