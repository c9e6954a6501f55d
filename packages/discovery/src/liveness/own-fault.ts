const NO_NAMES = ['EAI_AGAIN', 'EAI_FAIL', 'EAI_MEMORY', 'EAI_SYSTEM', 'EREFUSED', 'ESERVFAIL', 'ETIMEOUT'];
const NO_SOCKETS = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'];
const NO_WAY_OUT = ['ENETDOWN', 'ENETUNREACH', 'EAFNOSUPPORT', 'EACCES', 'EPERM'];

/**
 * What stops the caller from asking at all: a name server that does not answer, no more files, sockets or ports, no
 * network, no route, a firewall of its own. A name that does not exist (`ENOTFOUND`) and a host that nobody reaches
 * (`EHOSTUNREACH`) are not among them: that is how an instance looks whose host is gone.
 */
const OWN_FAULTS: ReadonlySet<string | undefined> = new Set([...NO_NAMES, ...NO_SOCKETS, ...NO_WAY_OUT]);

/** Whether a connection failed for a reason that says nothing about who is at its other end. */
export function isOwnFault(error: Error): boolean {
  // A name with several addresses: it is enough that one of them was reached, or refused.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isOwnFault);
  return OWN_FAULTS.has((error as NodeJS.ErrnoException).code);
}
