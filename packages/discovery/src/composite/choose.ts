import { type ServiceInstance } from '../instance/service-instance.js';

/** What one registry of several says about a service. `silent`: it has not said anything yet. */
export type Opinion =
  | { readonly kind: 'silent' }
  | { readonly kind: 'list'; readonly instances: readonly ServiceInstance[] }
  | { readonly kind: 'lost'; readonly error: unknown };

/**
 * The opinion of all, by the rule of .NET's service discovery: the first registry that has an instance wins, whole.
 * One that is lost is passed over; when nobody after it has an instance, nobody knows, and that is no empty list.
 */
export function choose(opinions: readonly Opinion[]): Opinion {
  let lost: Opinion | undefined;
  for (const opinion of opinions) {
    if (opinion.kind === 'silent') return opinion;
    if (opinion.kind === 'list' && opinion.instances.length > 0) return opinion;
    if (opinion.kind === 'lost') lost ??= opinion;
  }
  return lost ?? { kind: 'list', instances: [] };
}
