import { type CallObserver, type Observation } from './call-observer.js';

const NOTHING: Observation = { outgoing: Object.freeze({}), annotate() {}, event() {} };

/** Observes nothing: what packages use when no `CallObserver` is provided. */
export const noObserver: CallObserver = { observe: (_call, work) => work(NOTHING) };
