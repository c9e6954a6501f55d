import { eventLoopLoad, formatLoad } from '@rookery/discovery';

/** Tells how busy this process is, as it stands in an answer. */
export type LoadReport = () => string;

/** A report that is written anew only when the load was measured anew, twice a second at most. */
export function loadReport(load: () => number = eventLoopLoad()): LoadReport {
  let measured: number | undefined;
  let text = '';
  return () => {
    const current = load();
    if (current !== measured) {
      measured = current;
      text = formatLoad(current);
    }
    return text;
  };
}
