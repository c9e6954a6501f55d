import { Namespace } from './namespace.ts';

/** A replica's network, and its only link, which leads to the caller's. */
export interface Arm {
  readonly namespace: Namespace;
  /** Its address, at which the caller reaches it. */
  readonly address: string;
  /** The caller's end of the link: a device in the caller's network. */
  readonly device: string;
}

/** A network for a caller, and one for each replica: whatever they say to each other goes over one of the links. */
export interface Star extends AsyncDisposable {
  readonly caller: Namespace;
  readonly arms: readonly Arm[];
}

/** Makes the two ends of each link as devices in the caller's network. Those of the second list are then moved. */
export type Cabling = (
  caller: Namespace,
  devices: readonly (readonly [caller: string, replica: string])[],
) => Promise<AsyncDisposable>;

/** Links that lose nothing and take no time. */
export const cables: Cabling = async (caller, devices) => {
  for (const [near, far] of devices)
    await caller.run('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far);
  // They end with the network.
  return { [Symbol.asyncDispose]: async () => {} };
};

/** Opens the networks and links them. */
export async function openStar(replicas: number, cabling: Cabling): Promise<Star> {
  await using opened = new AsyncDisposableStack();
  const caller = opened.use(await Namespace.open());
  const numbers = Array.from({ length: replicas }, (_, index) => index + 1);
  opened.use(
    await cabling(
      caller,
      numbers.map((n) => [`near${n}`, `far${n}`] as const),
    ),
  );
  const arms: Arm[] = [];
  for (const n of numbers) arms.push(await attach(opened.use(await Namespace.open()), caller, n));
  const all = opened.move();
  return { caller, arms, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Gives both ends of a link their addresses. Nobody outside of these networks sees them. */
async function attach(namespace: Namespace, caller: Namespace, n: number): Promise<Arm> {
  const device = `near${n}`;
  await caller.run('ip', 'link', 'set', `far${n}`, 'netns', namespace.pid);
  await caller.run('ip', 'addr', 'add', `10.0.${n}.1/24`, 'dev', device);
  await namespace.run('ip', 'addr', 'add', `10.0.${n}.2/24`, 'dev', `far${n}`);
  await caller.run('ip', 'link', 'set', device, 'up');
  await namespace.run('ip', 'link', 'set', `far${n}`, 'up');
  return { namespace, address: `10.0.${n}.2`, device };
}
