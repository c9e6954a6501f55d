import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type DiscoveryService } from '@nestjs/core';
import { audit } from './audit/audit.js';
import { guardOf } from './audit/guard-of.js';
import { GUARDED_BY, isGuardedClient } from './audit/guarded-by.js';
import { type Guard, type GuardedNode } from './audit/guarded-node.js';
import { plainResultOf } from './audit/plain-result.js';
import { type Pipeline } from './pipeline/pipeline.js';
import { type PolicyPipeline } from './pipeline/policy-pipeline.js';
import { type PolicyRegistry } from './registry/policy-registry.js';
import { type MethodPolicies, methodPoliciesOf } from './weaving/method-policies.js';
import { type ResilienceRuntime } from './weaving/resilience-runtime.js';
import { type InstanceWrapper, prototypeOf } from './wrapper.explorer.js';

/** Warns, once everything is injected, of policies that go wrong only together: who may call whom is what Nest injected. */
export class ResilienceAudit implements OnApplicationBootstrap {
  readonly #logger = new Logger('Resilience');
  readonly #nodes = new Map<InstanceWrapper, GuardedNode>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly runtime: ResilienceRuntime,
    private readonly registry: PolicyRegistry,
  ) {}

  onApplicationBootstrap(): void {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const findings = [
      ...audit(wrappers.map((wrapper) => this.#node(wrapper))),
      ...this.#synchronous(),
      ...this.#unreached(),
      ...this.#disturbed(),
    ];
    for (const finding of findings) this.#logger.warn(finding);
  }

  /** Of providers only: what controllers, resolvers and gateways return, Nest awaits. */
  #synchronous(): string[] {
    const prototypes = new Set(this.discovery.getProviders().map(prototypeOf));
    const methods = [...prototypes].flatMap((prototype) =>
      prototype && !isCalledByNest(prototype) ? methodPoliciesOf(prototype) : [],
    );
    return methods.flatMap(({ name, target, key }) => {
      const type = plainResultOf(target, key);
      if (!type) return [];
      return `${name} returns ${type}, but whoever calls it gets a promise of it, since policies take time. Make it async.`;
    });
  }

  /** What a factory makes anew for each request or user, nobody can hand a runtime to. */
  #unreached(): string[] {
    const made = this.discovery.getProviders().filter(({ inject }) => inject);
    return made.flatMap((wrapper) => {
      const { token } = wrapper;
      if (wrapper.isDependencyTreeStatic() || typeof token !== 'function') return [];
      const methods = methodPoliciesOf(token.prototype as object);
      return methods.map(
        ({ name }) =>
          `${name} is not guarded where a factory in request or transient scope makes ${token.name}. Provide the class itself.`,
      );
    });
  }

  #disturbed(): string[] {
    const disturbed = this.registry.pipelines().filter(({ settings }) => settings.chaos);
    return disturbed.map(({ name }) => `Chaos disturbs the calls of "${name}".`);
  }

  #node(wrapper: InstanceWrapper): GuardedNode {
    const known = this.#nodes.get(wrapper);
    if (known) return known;
    const node = { guards: this.#guards(wrapper), uses: () => this.#uses(wrapper) };
    this.#nodes.set(wrapper, node);
    return node;
  }

  #uses(wrapper: InstanceWrapper): GuardedNode[] {
    const properties = wrapper.getPropertiesMetadata() ?? [];
    // An optional dependency that the app does not have leaves a gap.
    const injected: (InstanceWrapper | undefined)[] = [
      ...(wrapper.getCtorMetadata() ?? []),
      ...properties.map((property) => property.wrapper),
    ];
    return injected.filter((used) => used !== undefined).map((used) => this.#node(used));
  }

  #guards(wrapper: InstanceWrapper): Guard[] {
    const prototype = prototypeOf(wrapper);
    const guards = prototype
      ? methodPoliciesOf(prototype).map((method) => this.#guard(prototype, method))
      : [];
    const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
    if (!isGuardedClient(instance)) return guards;
    // A client of a unit test may have another kind of pipeline.
    const { name, settings = {} }: Pipeline & Partial<PolicyPipeline> = instance[GUARDED_BY];
    return [...guards, guardOf(name, settings)];
  }

  #guard(prototype: object, method: MethodPolicies): Guard {
    const { name, settings } = this.runtime.prepare(prototype, method);
    return guardOf(name, settings);
  }
}

/** Whether the class is a GraphQL resolver or a gateway. */
function isCalledByNest({ constructor }: object): boolean {
  return ['graphql:resolver_type', 'websockets:is_gateway'].some((key) =>
    Reflect.hasMetadata(key, constructor),
  );
}
