import type pg from 'pg';
import type { Erasure, Erasures } from '../../application/ports/erasures.js';
import { ask } from './ask.js';

interface Row {
  tenant: string;
  user_id: string;
  reason: string;
  actor: string;
  via: string;
  correlation_id: string;
}

const COLUMNS = 'tenant, user_id, reason, actor, via, correlation_id';

/** In `system.erasure`. */
export class PostgresErasures implements Erasures {
  constructor(private readonly pool: pg.Pool) {}

  async begin({ tenant, userId, reason, actor, via, correlationId }: Erasure): Promise<Erasure> {
    const { rows } = await ask<Row>(this.pool, {
      text: `INSERT INTO system.erasure AS e (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant, user_id) DO UPDATE SET reason = e.reason RETURNING ${COLUMNS}`,
      values: [tenant, userId, reason, JSON.stringify(actor), via, correlationId],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('an upsert returned no row');
    return erasureOf(row);
  }

  async begun(): Promise<readonly Erasure[]> {
    const { rows } = await ask<Row>(this.pool, {
      text: `SELECT ${COLUMNS} FROM system.erasure ORDER BY begun_at, tenant, user_id`,
    });
    return rows.map(erasureOf);
  }

  async end({ tenant, userId }: Pick<Erasure, 'tenant' | 'userId'>): Promise<void> {
    await ask(this.pool, {
      text: 'DELETE FROM system.erasure WHERE tenant = $1 AND user_id = $2',
      values: [tenant, userId],
    });
  }
}

const erasureOf = ({ tenant, user_id, reason, actor, via, correlation_id }: Row): Erasure => ({
  tenant,
  userId: user_id,
  reason,
  actor: JSON.parse(actor) as Erasure['actor'],
  via,
  correlationId: correlation_id,
});
