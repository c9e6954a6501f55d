import { is, shape } from '@rookery/common';
import {
  circuitBreakerCheck,
  type CircuitBreakerOptions,
} from '../circuit-breaker/circuit-breaker.options.js';
import { fallbackCheck, type FallbackDeclaration } from '../fallback/fallback.options.js';
import { POLICY_CHECKS, type PolicyOptions } from '../pipeline/policy.options.js';
import { type StreamKind } from './stream-kind.js';

/** A breaker that methods can share by giving it a name. */
export interface MethodCircuitBreakerOptions extends CircuitBreakerOptions {
  /** Methods and policies with the same name share one breaker. Default: a breaker of the method's own. */
  name?: string;
}

/** What the decorators of one method declare. */
export interface DeclaredPolicies extends Omit<PolicyOptions, 'circuitBreaker'> {
  circuitBreaker?: MethodCircuitBreakerOptions;
  fallback?: FallbackDeclaration;
}

/** A method with what its decorators say about it. */
export interface GuardedMethod {
  /** `Class.method`. */
  readonly name: string;
  readonly declared: DeclaredPolicies;
  /** The named policy that it uses. */
  policy?: string;
  /** What it returns, where that is a stream. */
  stream?: StreamKind;
}

/** A decorated method where it is declared; one object for every instance and every app. */
export interface MethodPolicies extends GuardedMethod {
  /** The prototype that declares it. */
  readonly target: object;
  readonly key: string | symbol;
}

const breakerWithName = (value: unknown, path: string, problems: string[]) => {
  if (typeof value !== 'object' || value === null) return circuitBreakerCheck(value, path, problems);
  const { name, ...options } = value as MethodCircuitBreakerOptions;
  is.text(name, `${path}.name`, problems);
  circuitBreakerCheck(options, path, problems);
};

export const methodCheck = shape<DeclaredPolicies>({
  ...POLICY_CHECKS,
  circuitBreaker: breakerWithName,
  fallback: fallbackCheck,
});

const METHOD_POLICIES = '@rookery/resilience:method-policies';

/** The declarations of a method, made when it has none yet. */
export function declarationsOf(target: object, key: string | symbol): MethodPolicies {
  const found = findMethodPolicies(target, key);
  if (found) return found;
  const created: MethodPolicies = { name: nameOf(target, key), target, key, declared: {} };
  Reflect.defineMetadata(METHOD_POLICIES, created, target, key);
  return created;
}

function nameOf(prototype: object, key: string | symbol): string {
  return `${prototype.constructor.name}.${String(key)}`;
}

/**
 * A method as the class of this prototype has it. What a subclass inherits is its own under its own name, since two
 * subclasses call two things; what it overrides, and calls by `super`, keeps the name of the class that declares it.
 */
export function methodOf(prototype: object, method: MethodPolicies): GuardedMethod {
  const { target, key } = method;
  const inherited = Reflect.get(prototype, key) === Reflect.get(target, key);
  return inherited ? { ...method, name: nameOf(prototype, key) } : method;
}

/** The declarations of the method that this prototype itself declares. */
export function findMethodPolicies(target: object, key: string | symbol): MethodPolicies | undefined {
  return Reflect.getOwnMetadata(METHOD_POLICIES, target, key) as MethodPolicies | undefined;
}

/** The decorated methods that instances with this prototype have, inherited ones included. */
export function methodPoliciesOf(prototype: object): MethodPolicies[] {
  const found: MethodPolicies[] = [];
  for (
    let level: object | null = prototype;
    level && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const key of Reflect.ownKeys(level)) {
      const policies = findMethodPolicies(level, key);
      if (policies) found.push(policies);
    }
  }
  return found;
}
