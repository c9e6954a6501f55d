import { brokerConformance } from '@rookery/events/testing';
import { postgresBroker } from '@rookery/postgres';
import { engineAnswers } from '@rookery/testing';
import { dropSchema, newSchema, SERVER, watchStatements } from './real-postgres.js';

if (await engineAnswers('postgres')) {
  const statements = watchStatements();
  afterAll(() => statements.restore());

  brokerConformance(
    'the PostgreSQL broker',
    () => {
      const schema = newSchema();
      return {
        factory: postgresBroker({ url: SERVER, schema }),
        settled: () => statements.settled(),
        cleanup: () => dropSchema(schema),
      };
    },
    { durable: true, crossProcess: true, delay: true, orderedByKey: false },
  );
} else {
  describe.skip('the PostgreSQL broker', () => {
    it('needs a server', () => {});
  });
}
