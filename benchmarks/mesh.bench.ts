import { pushes } from './mesh/pushes.ts';
import { median, type Suite } from './suite.ts';

/** How soon gRPC that takes its endpoints from our registry over xDS calls an instance that has just been registered. */
const mesh: Suite = async () => {
  const hops = await pushes();
  return {
    push: {
      value: median(hops.map(({ ours }) => ours)),
      unit: 'ms',
      ratio: median(hops.map(({ ours, theirs }) => ours / theirs)),
      against: `a bare channel made to it at that moment (${median(hops.map(({ theirs }) => theirs)).toFixed(1)} ms); the slowest of ours took ${Math.max(...hops.map(({ ours }) => ours)).toFixed(1)} ms`,
    },
  };
};

export default mesh;
