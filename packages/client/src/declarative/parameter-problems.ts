import { headerProblem } from '@rookery/common';
import { type RoutedParameter, type Verb } from './contract.js';
import { namesIn } from './route-path.js';

const WITHOUT_BODY: ReadonlySet<Verb> = new Set(['GET', 'DELETE']);

/** What is wrong with the parameters of a route: each argument must go to one place, and each place must get one. */
export function parameterProblems(
  verb: Verb,
  path: string,
  parameters: readonly RoutedParameter[],
): string[] {
  const of = (part: RoutedParameter['part']) => parameters.filter((parameter) => parameter.part === part);
  return [
    ...parameters
      .filter(({ name }) => name === '')
      .map(({ part }) => `@${part}('') names nothing. Give it a name.`),
    ...paramProblems(namesIn(path), of('Param')),
    ...bodyProblems(verb, of('Body')),
    ...headerProblems(of('Headers')),
    ...[of('Param'), of('Query'), of('Body'), of('Headers')].flatMap(repeated),
  ];
}

function paramProblems(names: readonly string[], params: readonly RoutedParameter[]): string[] {
  if (params.some(({ name }) => name === undefined)) {
    return names.length > 0 ? [] : ['@Param() has nothing to fill: the path has no :names. Remove it.'];
  }
  const given = params.map(({ name = '' }) => name);
  return [
    ...names
      .filter((name) => !given.includes(name))
      .map((name) => `:${name} of the path gets no value. Give it a parameter with @Param('${name}').`),
    ...given
      .filter((name) => name !== '' && !names.includes(name))
      .map((name) => `@Param('${name}') has no place in the path. Write :${name} into it.`),
  ];
}

function bodyProblems(verb: Verb, bodies: readonly RoutedParameter[]): string[] {
  if (bodies.length === 0 || !WITHOUT_BODY.has(verb)) return [];
  return [`A ${verb} request has no body. Use @Query(), or another HTTP method.`];
}

function headerProblems(headers: readonly RoutedParameter[]): string[] {
  return headers.flatMap(({ name }) => {
    const problem = name && headerProblem(name, '');
    return problem ? [`@Headers('${name}'): ${problem}`] : [];
  });
}

/** Two arguments for one place: which of them is sent would be a matter of luck. */
function repeated(parameters: readonly RoutedParameter[]): string[] {
  const keys = parameters.map(({ part, name }) => (part === 'Headers' ? name?.toLowerCase() : name));
  const part = parameters[0]?.part;
  if (parameters.length > 1 && keys.includes(undefined))
    return [`@${part}() takes the whole part, and another parameter a piece of it. Keep one of them.`];
  const twice = new Set(keys.filter((key, index) => keys.indexOf(key) !== index));
  return [...twice].map((key) => `@${part}('${key}') is there twice. Keep one of them.`);
}
