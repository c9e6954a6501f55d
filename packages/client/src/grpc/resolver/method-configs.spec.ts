import { MethodConfigs } from './method-configs.js';

describe('what a service config says about a method', () => {
  const configs = new MethodConfigs({
    methodConfig: [
      { name: [{}], timeout: '9s' },
      { name: [{ service: 'a.B' }], timeout: '1.5s' },
      { name: [{ service: 'a.B', method: 'C' }], timeout: { seconds: 0, nanos: 5 } },
    ],
  });

  it.each([
    ['/a.B/C', { seconds: 0, nanos: 5 }],
    ['/a.B/D', { seconds: 1, nanos: 500_000_000 }],
    ['/a.C/C', { seconds: 9, nanos: 0 }],
  ])('is for %s the most exact', (path, timeout) => {
    expect(configs.of(path).timeout).toEqual(timeout);
  });

  it('is nothing without a config', () => {
    expect(new MethodConfigs({}).of('/a.B/C')).toEqual({ name: [] });
  });
});
