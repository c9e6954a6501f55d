import { type ContractRoute } from './contract.js';

/**
 * A sentence for each route that an earlier one takes the requests of, such as `/users/me` behind `/users/:id`: Express asks
 * its routes in the order in which the controller declares them, so callers would be answered by another method.
 *
 * @param order The names of the controller's methods.
 */
export function shadowedRoutes(routes: readonly ContractRoute[], order: readonly string[]): string[] {
  const sorted = [...routes].sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
  return sorted.flatMap((route, index) => {
    const first = sorted.slice(0, index).find((earlier) => takes(earlier, route));
    if (!first) return [];
    return `${route.method} is never reached: ${first.method} stands before it, and ${first.path} takes what is for ${route.path}. Write ${route.method} above ${first.method}.`;
  });
}

function takes(earlier: ContractRoute, later: ContractRoute): boolean {
  if (earlier.verb !== later.verb) return false;
  const example = later.path.replaceAll(NAME, '~');
  const pattern = earlier.path.split(NAME).map(escaped).join('[^/]+');
  return new RegExp(`^${pattern}$`).test(example);
}

const NAME = /:[A-Za-z_]\w*/g;

const escaped = (text: string) => text.replaceAll(/[.$]/g, String.raw`\$&`);
