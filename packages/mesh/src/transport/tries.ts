/** Where the tries of one call went, so that each goes to somebody else while there is one. */
export class Tries {
  readonly #ids = new Set<string>();
  #untried = 0;

  /** The instances that were tried. */
  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  /** How many others there are that were not. 0 where the mesh chooses. */
  get untried(): number {
    return this.#untried;
  }

  /** Notes where a try goes. */
  sentTo(id: string, untried: number): void {
    this.#ids.add(id);
    this.#untried = untried;
  }
}
