/** Answers that no later try changes: who has to change something is whoever configured it. And what that is. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^(WRONGPASS|NOAUTH|ERR (invalid password|AUTH|Client sent AUTH))/i,
    'Check the username and password of url, or those in the option client.',
  ],
  [/^NOPERM/i, 'Let its user run the commands of the registry, scripts included, on its keys and channels.'],
  [/^(MOVED|CROSSSLOT)/i, 'Redis Cluster is not supported: name one server, or a primary behind Sentinels.'],
  [/^(NOPROTO|ERR unknown command)/i, 'It takes Redis 6 or later, with all of its commands.'],
  [/^ERR (DB index|invalid DB)/i, 'Check the number of the database in url.'],
];

/** What has to be done about a reason; `undefined` when waiting may do. */
export function remedyOf(reason: string): string | undefined {
  return REMEDIES.find(([pattern]) => pattern.test(reason))?.[1];
}
