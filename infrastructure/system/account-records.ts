import type pg from 'pg';
import type { AccountRecord, AccountRecords } from '../../application/privacy/personal-record.js';
import { ask } from './ask.js';

const OF = `
  SELECT
    (SELECT coalesce(json_agg(json_build_object('kind', kind, 'name', CASE kind WHEN 'login' THEN name END) ORDER BY kind, name), '[]')
       FROM system.reserved_name WHERE tenant = $1 AND holder = $2) AS names,
    EXISTS (SELECT FROM system.credential WHERE tenant = $1 AND user_id = $2) AS "hasPassword",
    (SELECT count(*)::int FROM system.known_network WHERE tenant = $1 AND whose = $2) AS "knownNetworks",
    (SELECT coalesce(json_agg(json_build_object('conversation', conversation, 'seq', up_to_seq) ORDER BY conversation), '[]')
       FROM system.read_position WHERE tenant = $1 AND user_id = $2) AS "readUpTo"`;

/** From schema `system`. */
export class PostgresAccountRecords implements AccountRecords {
  constructor(private readonly pool: pg.Pool) {}

  async of(tenant: string, userId: string): Promise<AccountRecord> {
    const { rows } = await ask<{ [Fact in keyof AccountRecord]: AccountRecord[Fact] }>(this.pool, {
      text: OF,
      values: [tenant, userId],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('a statement without FROM gave no row');
    return row;
  }
}
