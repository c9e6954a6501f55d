import { LOAD_HEADER } from '@rookery/discovery';
import { type Endpoint } from './endpoint.js';

const QUESTION = { [LOAD_HEADER]: 'ask' };
const NOTHING = {};

/** The header or metadata that asks an instance for its load, where somebody chooses by it. */
export function askLoad({ loaded }: Endpoint): Readonly<Record<string, string>> {
  return loaded ? QUESTION : NOTHING;
}
