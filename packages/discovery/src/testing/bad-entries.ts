/**
 * What others may have written where a registry keeps its entries, each with what is wrong about it: texts that no
 * registry may list, whatever it keeps beside the instance.
 *
 * @param record The text of an entry that is sound but for these facts of its instance.
 */
export function badEntries(record: (facts: object) => string): [what: string, text: string][] {
  return [
    ['no JSON', '{"v":1'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another version', record({}).replace('"v":1', '"v":2')],
    ['no instance', '{"v":1}'],
    ['a host that is a URL', record({ host: 'http://evil' })],
    ['a port out of range', record({ port: 70_000 })],
    ['an unknown field', record({ colour: 'red' })],
    ['another id', record({ id: 'good' })],
    ['another service', record({ service: 'orders' })],
  ];
}
