import { Observable } from 'rxjs';
import { type Packet } from './packet.js';
import { type Wire } from './wire.js';

/**
 * A request over a wire as an observable of its answer: it is sent when somebody subscribes, and left with them.
 *
 * @param packet Makes the packet once the wire is connected, because it tells how much time is left.
 */
export function exchange(wire: Wire, packet: () => Packet): Observable<unknown> {
  return new Observable((reader) => {
    let stop = () => {};
    const begin = async () => {
      await wire.connect();
      if (reader.closed) return;
      stop = wire.request(packet(), reader);
      // A request may fail at once.
      if (reader.closed) stop();
    };
    begin().catch((error: unknown) => reader.error(error));
    return () => stop();
  });
}
