import type pg from 'pg';
import * as sql from './sql.js';

/** The process of the operating system that leads something, as it said itself. */
export interface Leader {
  readonly host: string;
  readonly pid: number;
  /** When it connected to take part, at the latest. */
  readonly since: Date;
}

const NAME_LENGTH = 63;
const NAME = / lead (\d+)@(.*)$/;

/** A session's name says who it is, as far as PostgreSQL keeps it. */
export const leaderName = ({ name }: { readonly name: string }, pid: number, host: string): string =>
  `parley ${name} lead ${pid.toString()}@${host}`.slice(0, NAME_LENGTH);

/** Who leads what of these keys in a contest (`Leadership`); what nobody leads isn't in it. */
export async function leadersOf(
  db: Pick<pg.ClientBase, 'query'>,
  { lock }: { readonly lock: number },
  keys: readonly string[],
): Promise<ReadonlyMap<string, Leader>> {
  const { rows } = await db.query<{ key: string; session: string; since: Date }>(sql.LEADERS, [lock, keys]);
  return new Map(
    rows.map(({ key, session, since }) => {
      const [, pid = '0', host = ''] = NAME.exec(session) ?? [];
      return [key, { host, pid: Number(pid), since }];
    }),
  );
}
