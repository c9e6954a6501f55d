import { type Way } from './way.ts';

/** The ways, each made with the place where its processes meet: a directory, or a namespace of NATS. */
const WAYS = {
  'lease-files': async (place: string) => (await import('./lease-files.ts')).leaseFiles(place),
  'raw-files': async (place: string) => (await import('./raw-files.ts')).rawFiles(place),
  nats: async (place: string) => (await import('./nats.ts')).nats(place),
  'raw-nats': async (place: string) => (await import('./raw-nats.ts')).rawNats(place),
};

export type WayName = keyof typeof WAYS;

/** The way that a child is started with: its name and its place. */
export function wayOf(args: readonly string[]): Promise<Way> {
  const [name, place] = args as [WayName, string];
  return WAYS[name](place);
}
