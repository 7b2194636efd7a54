import type pg from 'pg';
import { ownerOf } from './session-name.js';
import * as sql from './sql.js';

/** The process of the operating system that leads something, as it said itself. */
export interface Leader {
  readonly host: string;
  readonly pid: number;
  /** When it connected to take part, at the latest. */
  readonly since: Date;
}

/** Who leads what of these keys in a contest (`Leadership`); what nobody leads isn't in it. */
export async function leadersOf(
  db: Pick<pg.ClientBase, 'query'>,
  { lock }: { readonly lock: number },
  keys: readonly string[],
): Promise<ReadonlyMap<string, Leader>> {
  const { rows } = await db.query<{ key: string; session: string; since: Date }>(sql.LEADERS, [lock, keys]);
  return new Map(
    rows.map(({ key, session, since }) => {
      const { pid, host } = ownerOf(session) ?? { pid: 0, host: '' };
      return [key, { host, pid, since }];
    }),
  );
}
