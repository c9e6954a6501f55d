import { messageOf } from '@rookery/common';

/** Answers that no later try changes: who has to change something is whoever configured it. */
const PERMANENT =
  /^(WRONGPASS|NOAUTH|NOPERM|MOVED|CROSSSLOT|NOPROTO|ERR (unknown command|invalid password|AUTH|Client sent AUTH|DB index|invalid DB))/i;

/** Whether the server answered at all. A replica answers too, but whoever was promoted has to be found anew. */
export function saysServer(error: unknown): boolean {
  return isReply(error) && !messageOf(error).startsWith('READONLY');
}

/** Whether the reason is one that waiting does not remove. */
export function isPermanent(reason: string): boolean {
  return PERMANENT.test(reason);
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
