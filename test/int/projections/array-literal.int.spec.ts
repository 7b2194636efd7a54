import { expect } from 'chai';
import fc from 'fast-check';
import pg from 'pg';
import { arrayLiteral } from '../../../projections/engine/array-literal.js';
import { testServerUrl } from '../../support/postgres.js';

describe('array literals', () => {
  let client: pg.Client;
  before(async () => {
    client = new pg.Client({ connectionString: testServerUrl() });
    await client.connect();
  });
  after(() => client.end());

  it('PostgreSQL reads back any texts, numbers and truth values', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }).filter((value) => !value.includes('\u0000')),
      fc.constantFrom('', 'NULL', 'null', ' ', '{', '}', ',', '"', '\\', '\\"', "'", '{"a":1}', '\n'),
    );
    const columns = fc.record({
      texts: fc.array(fc.option(text)),
      numbers: fc.array(fc.option(fc.maxSafeInteger())),
      truths: fc.array(fc.option(fc.boolean())),
    });
    await fc.assert(
      fc.asyncProperty(columns, async ({ texts, numbers, truths }) => {
        const { rows } = await client.query<Record<string, unknown>>(
          'SELECT to_json($1::text[]) AS texts, to_json($2::bigint[]) AS numbers, to_json($3::boolean[]) AS truths',
          [arrayLiteral(texts), arrayLiteral(numbers), arrayLiteral(truths)],
        );
        expect(rows).to.deep.equal([{ texts, numbers, truths }]);
      }),
      { numRuns: 100 },
    );
  });
});
