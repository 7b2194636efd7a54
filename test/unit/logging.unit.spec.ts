import { expect } from 'chai';
import pg from 'pg';
import { makeLogger } from '../../infrastructure/logging.js';

const SECRET = 'ada’s "secret": +4915112345678';

/** What is written of it, but the time: a digit of what is sought could stand there. */
function logged(facts: object): string {
  const lines: string[] = [];
  makeLogger('trace', { write: (line) => lines.push(line) }).error(facts, 'it failed');
  return lines.join('').replaceAll(/"time":\d+,/g, '');
}
const thrown = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
const ofDatabase = (message: string): Error =>
  Object.assign(new pg.DatabaseError(message, message.length, 'error'), {
    code: '22P02',
    detail: `Key (nickname)=(${SECRET}) already exists.`,
    where: `unnamed portal parameter $1 = '${SECRET}'`,
    parameters: [SECRET],
  });

describe('the log', () => {
  const failures: Readonly<Record<string, unknown>> = {
    'a value that the database can not read': ofDatabase(`invalid input syntax for type bigint: "${SECRET}"`),
    'one that is out of range': ofDatabase(`value "${SECRET}" is out of range for type integer`),
    'a time that is none': ofDatabase(`date/time field value out of range: "${SECRET}"`),
    'JSON that is none': thrown(() => JSON.parse(`{"name": ada’s secret +4915112345678}`) as unknown),
    'JSON that is none from its start': thrown(() => JSON.parse(SECRET) as unknown),
    'what such a thing caused': new Error('not stored', {
      cause: ofDatabase(`invalid input syntax for type uuid: "${SECRET}"`),
    }),
  };
  for (const [what, error] of Object.entries(failures))
    it(`given ${what}, has its kind and its place, and nothing of what somebody said`, () => {
      for (const facts of [{ err: error }, { error: String(error) }, { error: (error as Error).message }, { error }]) {
        const line = logged(facts);
        expect(line).to.not.match(/ada|secret|49151/);
        expect(line).to.match(/invalid|out of range|Unexpected|Expected|not stored/);
      }
      expect(logged({ err: error })).to.include('logging.unit.spec');
    });

  it('keeps the names of what the database misses', () => {
    const error = ofDatabase('relation "read.groups_v1" does not exist');
    expect(logged({ err: error }))
      .to.include('relation \\"read.groups_v1\\" does not exist')
      .and.to.not.include('ada');
  });
});
