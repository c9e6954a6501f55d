import { loadReport } from './load-report.js';

it('a load is written with two digits, and anew only when it has changed', () => {
  let load = 0.374;
  const asked: number[] = [];
  const report = loadReport(() => {
    asked.push(load);
    return load;
  });
  const first = report();
  expect([first, report()]).toEqual(['0.37', '0.37']);
  load = 1;
  expect(report()).toBe('1.00');
  expect(asked).toEqual([0.374, 0.374, 1]);
});
