import fc from 'fast-check';
import { type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { answerEntry, readAnswer } from './status-answer.js';
import { readRequest, requestEntry, type StatusRequest } from './status-request.js';

const self = { ...sampleInstance(), startedAt: 1_700_000_000_000 };
const request: StatusRequest = { id: 'request-1', status: 'draining', by: 'jo@desk', askedAt: 7 };
const entry = requestEntry(self, request);
const withWords = (words: object) => ({ ...entry, metadata: { ...entry.metadata, ...words } });

describe('a request in a registry', () => {
  it('is read as it was written', () => {
    expect(readRequest(entry, self)).toEqual(request);
    expect(readRequest(JSON.parse(JSON.stringify(entry)) as ServiceInstance, self)).toEqual(request);
  });

  it.each([
    ['another instance', { ...self, id: 'users-2' }],
    ['an instance of another service', { ...self, service: 'orders' }],
    ['a process that has come back under the same id', { ...self, startedAt: self.startedAt + 1 }],
  ])('means nothing to %s', (_who, other) => expect(readRequest(entry, other)).toBeUndefined());

  it.each<[string, object]>([
    ['version', { ...entry, version: '2' }],
    ['metadata.status: Invalid value "down"', withWords({ status: 'down' })],
    ['metadata.status: Missing', withWords({ status: undefined })],
    ['metadata.by: Invalid value', withWords({ by: 'jo\nUsers (users-1) drains' })],
    ['metadata.by: Invalid value', withWords({ by: '\u202ejo' })],
    ['metadata.by: Invalid value', withWords({ by: 'x'.repeat(129) })],
    ['metadata.by: Missing', withWords({ by: undefined })],
    ['metadata.force: Unknown', withWords({ force: 'yes' })],
    ['metadata: Invalid value', withWords({ more: 'x'.repeat(4_096) })],
    ['startedAt: Invalid value', { ...entry, startedAt: 'now' }],
    ['id: Invalid value', { ...entry, id: 'x'.repeat(129) }],
    ['extra: Unknown', { ...entry, extra: 1 }],
  ])('is refused for its %s', (problem, bad) => {
    expect(readRequest(bad as ServiceInstance, self)).toContain(problem);
  });

  it('is looked for in anything without harm', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => readRequest(value as ServiceInstance, self) === undefined),
    );
    fc.assert(
      fc.property(fc.anything(), (words) => {
        const found = readRequest({ ...entry, metadata: words } as ServiceInstance, self);
        return found === undefined || typeof found === 'string';
      }),
    );
  });
});

describe('an answer in a registry', () => {
  const answer = answerEntry('request-1', 'up', 7);

  it('is read by the one who asked', () => {
    expect(readAnswer(answer, 'request-1')).toBe('up');
    expect(readAnswer(answer, 'request-2')).toBeUndefined();
    expect(readAnswer(entry, 'request-1')).toBeUndefined();
  });

  it('is none in another form', () => {
    expect(readAnswer({ ...answer, version: '2' }, 'request-1')).toBeUndefined();
    const odd = { ...answer, metadata: { ...answer.metadata, status: 'gone' } };
    expect(readAnswer(odd, 'request-1')).toBeUndefined();
    fc.assert(
      fc.property(fc.anything(), (value) => readAnswer(value as ServiceInstance, 'request-1') === undefined),
    );
  });
});
