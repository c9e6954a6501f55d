import { type Sighting } from './sighting.js';

/** The leases of each owner: a process with many of them is asked about once. */
export function byOwner(sightings: Iterable<Sighting>): ReadonlyMap<string, readonly Sighting[]> {
  const owners = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const known = owners.get(sighting.owner);
    if (known) known.push(sighting);
    else owners.set(sighting.owner, [sighting]);
  }
  return owners;
}
