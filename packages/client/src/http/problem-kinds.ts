import { check, type Check, listOf, type ProblemClass, ProblemError } from '@rookery/common';

/** Classes of problems by the `type` that names each on the wire. */
export type ProblemKinds = ReadonlyMap<string, ProblemClass>;

const problemClassCheck = check(isProblemClass, 'a class that extends ProblemType({ ... })');

/** An option that lists classes of problems. Two of one `type` could not be told apart. */
export const problemClassesCheck: Check = (value, path, problems) => {
  const before = problems.length;
  listOf(problemClassCheck)(value, path, problems);
  if (value === undefined || problems.length > before) return;
  const types = (value as readonly ProblemClass[]).map(({ problem }) => problem.type);
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice !== undefined)
    problems.push(`${path}: Two classes have the type "${twice}". Leave one of them out.`);
};

/** Those of a client, and those of a call before them. */
export function withKinds(known: ProblemKinds, classes: readonly ProblemClass[] | undefined): ProblemKinds {
  if (classes === undefined || classes.length === 0) return known;
  return new Map([...known, ...classes.map((kind) => [kind.problem.type, kind] as const)]);
}

function isProblemClass(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  return value.prototype instanceof ProblemError && (value as Partial<ProblemClass>).problem !== undefined;
}
