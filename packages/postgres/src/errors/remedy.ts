/** Answers that no later try changes, by the start of their SQLSTATE, and what is to be done about them. */
const REMEDIES: readonly (readonly [string, string])[] = [
  ['28', 'Check the user and the password of url.'],
  ['3D', 'Create the database that url names, or name another.'],
  ['42501', 'Let its user create the schema, or create it and make the user its owner.'],
  ['22', 'It holds what PostgreSQL cannot store.'],
  ['54', 'It is larger than PostgreSQL can store.'],
  ['42', 'The tables are not those of this version of Rookery.'],
];

/** What has to be done about an answer; `undefined` when waiting may do. */
export function remedyOf(sqlState = ''): string | undefined {
  return REMEDIES.find(([start]) => sqlState.startsWith(start))?.[1];
}
