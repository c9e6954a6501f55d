import { socketAddress } from './socket-address.js';

describe('socket address', () => {
  it.each([
    ['http://127.0.0.1:15001', { host: '127.0.0.1', port: 15001 }],
    ['http://users.shop.svc.cluster.local', { host: 'users.shop.svc.cluster.local', port: 80 }],
    ['http://[::1]:15001/', { host: '::1', port: 15001 }],
  ])('of %s', (url, address) => {
    expect(socketAddress(url)).toEqual(address);
  });
});
