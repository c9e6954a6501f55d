/** Answers that no later try changes: who has to change something is whoever configured it. And what that is. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /authorization violation|authentication(?! timeout)/i,
    'Check the credentials in the option client: user and pass, token, or authenticator.',
  ],
  [/permissions violation/i, 'Let its user publish and subscribe to what docs/discovery/nats.md names.'],
  [
    /jetstream (is )?not enabled/i,
    'Start it with JetStream, nats-server -js, and allow that to the account.',
  ],
];

/** What has to be done about a reason; `undefined` when waiting may do. */
export function remedyOf(reason: string): string | undefined {
  return REMEDIES.find(([pattern]) => pattern.test(reason))?.[1];
}
