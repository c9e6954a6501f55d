import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type Http2Server } from 'node:http2';
import { type AddressInfo } from 'node:net';
import { systemClock } from '@rookery/common';
import { HttpIntake } from '../src/lifecycle/http-intake.js';
import { Gate } from './workplace.js';

describe('the sessions of an HTTP/2 server', () => {
  let server: Http2Server;
  let session: ClientHttp2Session;
  let intake: HttpIntake;
  let release: Gate;
  let entered: Gate;

  beforeEach(async () => {
    [release, entered] = [new Gate(), new Gate()];
    server = createServer((_request, response) => {
      entered.open();
      void release.passed.then(() => response.end('done'));
    });
    intake = new HttpIntake(server, systemClock);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    session.on('error', () => undefined);
  });
  afterEach(() => session.destroy());

  const ask = async (): Promise<string> => {
    const stream = session.request({ ':path': '/' });
    let body = '';
    for await (const chunk of stream) body += String(chunk);
    return body;
  };

  it('are told to go, and end with the stream that they have', async () => {
    const answer = ask();
    await entered.passed;
    const told = once(session, 'goaway');
    const drained = intake.drain();
    await told;
    release.open();
    expect(await answer).toBe('done');
    await drained;
    expect(intake.cut()).toBe(0);
  });

  it('are cut with what they carry, which is counted', async () => {
    const answer = ask();
    answer.catch(() => undefined);
    await entered.passed;
    void intake.drain();
    const closed = once(session, 'close');
    expect(intake.cut()).toBe(1);
    await closed;
    release.open();
    expect(await answer.catch(() => '')).toBe('');
  });
});
