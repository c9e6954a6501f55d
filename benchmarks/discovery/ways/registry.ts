import { type RegistryBackend, ServiceRegistry, type Snapshot } from '@rookery/discovery';
import { instanceOf, type Way } from './way.ts';

/** Our registry, as an app uses it. */
export async function registryWay(backend: RegistryBackend): Promise<Way> {
  await backend.open?.();
  const registry = new ServiceRegistry({ backend });
  return {
    join: (id) => registry.register(instanceOf(id)),
    leave: (id) => registry.deregister('users', id),
    async watch(onChange) {
      const lists = registry.watch('users')[Symbol.asyncIterator]();
      const next = async () => {
        const { value } = (await lists.next()) as IteratorYieldResult<Snapshot>;
        // One that drains is about to go: it gets no more calls.
        return new Set(value.instances.filter(({ status }) => status === 'up').map(({ id }) => id));
      };
      const first = await next();
      void follow(first, next, onChange);
      return first.size;
    },
  };
}

/** Tells the differences from one list to the next. */
async function follow(
  first: ReadonlySet<string>,
  next: () => Promise<ReadonlySet<string>>,
  onChange: (id: string, there: boolean) => void,
): Promise<void> {
  for (let before = first; ;) {
    const now = await next();
    for (const id of now) if (!before.has(id)) onChange(id, true);
    for (const id of before) if (!now.has(id)) onChange(id, false);
    before = now;
  }
}
