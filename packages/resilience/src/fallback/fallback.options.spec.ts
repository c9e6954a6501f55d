import { problemsOf } from '../../test/executions.js';
import { fallbackCheck } from './fallback.options.js';

const handler = () => 'instead';
const yes = () => true;
const aFunction = (path: string) => `${path}: Invalid value "yes". Use a function.`;

describe('fallback options', () => {
  it.each([{ handler }, { handler, handleIf: yes }, { handler, handleIfResult: yes }])(
    'accept %j',
    (value) => {
      expect(problemsOf(fallbackCheck, value)).toEqual([]);
    },
  );

  it.each<[object, string[]]>([
    [{}, ['x.handler: Missing.']],
    [{ handler: 'yes' }, [aFunction('x.handler')]],
    [{ handler, handleIf: 'yes' }, [aFunction('x.handleIf')]],
    [{ handler, handleIfResult: 'yes' }, [aFunction('x.handleIfResult')]],
  ])('refuse %j', (value, problems) => {
    expect(problemsOf(fallbackCheck, value)).toEqual(problems);
  });
});
