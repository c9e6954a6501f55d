import { type Ejector } from '../ejection/ejector.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { followsRoute, type Route } from '../routing/route.js';
import { type Member, Selection, type SelectionRules } from './selection.js';

/** Which instances a call can go to, as its caller says. */
export type Accept = (instance: ServiceInstance) => boolean;

/**
 * The selections of one list, one for each kind of call. Kinds are told apart by the very object: a predicate or a route that
 * is kept costs once for each list, one that is made for each call costs a look at all instances each time.
 */
export class Selections {
  readonly #all: Selection;
  readonly #byAccept = new WeakMap<Accept, Selection>();
  readonly #byRoute = new WeakMap<Route, Selections>();

  constructor(
    private readonly members: readonly Member[],
    private readonly rules: SelectionRules,
    private readonly ejector: Ejector | undefined,
    private readonly weights?: Route['weights'],
  ) {
    this.#all = this.#select(members);
  }

  of(accept: Accept | undefined, route: Route | undefined): Selection {
    if (route) return this.#routed(route).of(accept, undefined);
    if (!accept) return this.#all;
    let found = this.#byAccept.get(accept);
    if (!found) {
      const matching = this.members.filter(({ instance }) => accept(instance));
      found = matching.length === this.members.length ? this.#all : this.#select(matching);
      this.#byAccept.set(accept, found);
    }
    return found;
  }

  #routed(route: Route): Selections {
    let found = this.#byRoute.get(route);
    if (!found) {
      const matching = this.members.filter(({ instance }) => followsRoute(route, instance));
      found = new Selections(matching, this.rules, this.ejector, route.weights);
      this.#byRoute.set(route, found);
    }
    return found;
  }

  #select(members: readonly Member[]): Selection {
    return new Selection(members, this.rules, this.ejector, this.weights);
  }
}
