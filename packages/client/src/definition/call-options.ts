/** The names of the options of a call; the compiler asks for a new one when an option is added. */
export type CallOptionNames<T> = { readonly [K in keyof Required<T>]: true };

/**
 * Makes the check of what a single call is given: a misspelt option would otherwise be ignored, such as a timeout that never
 * ends anything. Only names are looked at, because every call is.
 */
export function callOptionsCheck<T extends object>(names: CallOptionNames<T>): (options: T) => void {
  const known = new Set(Object.keys(names));
  return (options) => {
    for (const name in options) {
      if (known.has(name)) continue;
      throw new TypeError(`${name}: Unknown option of a call. Known options: ${[...known].join(', ')}.`);
    }
  };
}
