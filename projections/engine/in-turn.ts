import type pg from 'pg';

export type Ask = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<pg.QueryResult<Row>>;

/** For several who ask of one connection at once: each statement goes out when the one before is answered, or has failed. */
export function inTurn(client: Pick<pg.Client, 'query'>): Ask {
  let last: Promise<unknown> = Promise.resolve();
  return <Row extends object>(text: string, values?: readonly unknown[]) => {
    const answer = last.then(() => client.query<Row>(text, values && [...values]));
    last = answer.catch(() => undefined);
    return answer;
  };
}
