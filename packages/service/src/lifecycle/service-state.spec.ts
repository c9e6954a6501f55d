import { ServiceState } from './service-state.js';

it('a service only ever moves on, and says so once', () => {
  const state = new ServiceState();
  const seen: string[] = [];
  const end = state.onChange((to) => seen.push(to));
  for (const to of ['ready', 'starting', 'ready', 'draining', 'ready'] as const) state.advance(to);
  end();
  state.advance('stopped');
  expect(seen).toEqual(['ready', 'draining']);
  expect(state.current).toBe('stopped');
});
