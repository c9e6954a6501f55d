/** Answers that no later try changes: who has to change something is whoever configured it. And what that is. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/authentication failed|user name is empty/i, 'Check the options username and password.'],
  [/permission denied/i, 'Let its user read and write below /rookery/<namespace>/.'],
  [
    /certificate/i,
    'Its certificate has to be valid for the endpoint: name an authority of your own in NODE_EXTRA_CA_CERTS.',
  ],
  [/^not found$/i, 'Is this etcd 3.4 or later, with its JSON gateway?'],
];

/** What has to be done about a reason; `undefined` when waiting may do. */
export function remedyOf(reason: string): string | undefined {
  return REMEDIES.find(([pattern]) => pattern.test(reason))?.[1];
}
