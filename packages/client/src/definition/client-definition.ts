import { check, type Checks, type Duration, is, required } from '@rookery/common';
import { type ClientBalancing, clientBalancingCheck } from '../endpoint/call-balancing.js';

/** What clients of every protocol are told about the service that they call. */
export interface ClientDefinition {
  /** The name it registers under. */
  service: string;
  /** Its fixed URL, when it is not to be found through discovery. */
  url?: string;
  /** The name of the policy of `ResilienceModule.forRoot({ policies })` that guards the calls. */
  policy?: string;
  /** How long a caller waits for an answer, retries included, when no `policy` is named. */
  timeout?: Duration;
  /** How many times a call is tried again when that is safe, when no `policy` is named. */
  retries?: number;
  /** Which of its instances the calls are for that do not say it themselves. Not with a `url`. */
  balancing?: ClientBalancing;
}

export const definitionChecks: Checks<ClientDefinition> = {
  service: required(is.serviceName),
  url: check(
    (value) => typeof value === 'string' && URL.canParse(value) && isPlain(new URL(value)),
    'an http or https URL without credentials, query and fragment',
  ),
  policy: is.text,
  timeout: is.duration({ min: 1 }),
  retries: is.wholeNumber({ max: 20 }),
  balancing: clientBalancingCheck,
};

/** Paths are put behind it, and it shows in traces. */
function isPlain({ protocol, username, password, search, hash }: URL): boolean {
  return /^https?:$/.test(protocol) && ![username, password, search, hash].some(Boolean);
}

/**
 * What is wrong with the definitions of one `forFeature` beyond the single options.
 *
 * @param tokens What each is provided under. Default: its service.
 */
export function definitionProblems(
  definitions: readonly ClientDefinition[],
  tokens: readonly unknown[] = definitions.map(({ service }) => service),
): string[] {
  return definitions.flatMap(({ service, url, policy, timeout, retries, balancing }, index) => {
    const problems: string[] = [];
    if (policy !== undefined && (timeout ?? retries) !== undefined) {
      problems.push(
        `[${index}]: policy cannot be combined with timeout or retries. Set them in the policy "${policy}".`,
      );
    }
    if (url !== undefined && balancing !== undefined) {
      problems.push(
        `[${index}]: balancing cannot be combined with url, which is one place. Leave one of them out.`,
      );
    }
    if (tokens.indexOf(tokens[index]) < index) {
      problems.push(
        `[${index}].service: "${service}" is in this list already, and would replace the client of the first. Put it in a module of its own, and name a policy for each when their limits differ.`,
      );
    }
    return problems;
  });
}
