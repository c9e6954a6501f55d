/**
 * The service under which requests to instances and their answers are registered, for a few seconds each. No app can
 * have this name, and it is in no list of services.
 */
export const CONTROL_SERVICE = 'rookery.control';

/** What is left behind by an asker that was killed is gone after this time, in milliseconds. */
export const CONTROL_TTL_MS = 15_000;

/** The version of the entries. Whoever reads another one leaves it alone. */
export const CONTROL_VERSION = '1';
