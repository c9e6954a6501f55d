import { type Namespace } from './namespace.ts';

/** A rule of a network about what arrives there. It ends with the network. */
export interface PacketRule {
  add(): Promise<void>;
  remove(): Promise<void>;
}

/** @param rule In the words of iptables, such as `-s 10.0.1.2 -j DROP`. */
export function packetRule(namespace: Namespace, rule: string): PacketRule {
  const change = async (how: string) => {
    await namespace.run('iptables', '--wait', how, 'INPUT', ...rule.split(' '));
  };
  return { add: () => change('--append'), remove: () => change('--delete') };
}
