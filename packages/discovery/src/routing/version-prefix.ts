import { type Check, is } from '@rookery/common';

/** What stands for several versions in other notations. Taken word for word it would match no instance at all. */
const RANGE = /[\^~<>=*|,\s()[\]]|(^|\.)[xX+]?(\.|$)/;

/** A version, or its beginning up to a dot; ranges are refused. */
export const versionPrefixCheck: Check = (value, path, problems) => {
  const before = problems.length;
  is.text(value, path, problems);
  if (value === undefined || problems.length > before || !RANGE.test(value as string)) return;
  problems.push(
    `${path}: Invalid value ${JSON.stringify(value)}. Ranges are not understood: a version matches whole, or by its beginning up to a dot. Use '2' for 2.0.0 and 2.7.1.`,
  );
};

/** Whether the version begins with the wanted one, up to a dot. A leading `v` before a digit makes no difference. */
export function isWithin(version: string, wanted: string): boolean {
  return `${bare(version)}.`.startsWith(`${bare(wanted)}.`);
}

/** The version as it is compared: `v2.1.0` and `2.1.0` are the same. */
export function bare(version: string): string {
  return version.replace(/^[vV](?=\d)/, '');
}
