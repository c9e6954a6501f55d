import { noObserver, type Observation, type ObservedCall } from '@rookery/common';
import { type Sending } from './send-try.js';

const UNSEEN: ObservedCall = { kind: 'client', name: '' };

/** Runs a try as a call that the observer sees. */
export function observeTry<T>(sending: Sending, work: (observation: Observation) => Promise<T>): Promise<T> {
  const { observer } = sending.parts;
  return observer.observe(observer === noObserver ? UNSEEN : callOf(sending), work);
}

function callOf({ parts, request, endpoint, number }: Sending): ObservedCall {
  const { method, template, path } = request;
  return {
    kind: 'client',
    name: `${method} ${template}`,
    attributes: {
      'http.request.method': method,
      'url.template': template,
      // Without the query, which may hold what is nobody's business.
      'url.full': `${endpoint.baseUrl}${path.replace(/\?.*/s, '')}`,
      'peer.service': parts.service,
      ...(number > 1 && { 'http.request.resend_count': number - 1 }),
    },
  };
}
