import type pg from 'pg';
import type { NameClaim, NameKind, Reservations } from '../../application/ports/reservations.js';
import { ask } from './ask.js';

type NameRow = { [Fact in keyof NameClaim]: NameClaim[Fact] };

const CLAIM = "n.holder, n.confirmed, NOT n.confirmed AND n.claimed_at < now() - interval '15 minutes' AS stale";

export class PostgresReservations implements Reservations {
  constructor(private readonly pool: pg.Pool) {}

  async reserveId(tenant: string, kind: string, key: string, make: () => Promise<string>): Promise<string> {
    const there = await ask<{ value: string }>(this.pool, {
      name: 'reserved-id-find',
      text: `SELECT value FROM system.reserved_id
             WHERE tenant = $1 AND kind = $2 AND key = $3 AND reserved_at >= now() - interval '24 hours'`,
      values: [tenant, kind, key],
    });
    if (there.rows[0] !== undefined) return there.rows[0].value;
    // Who comes second waits for the first one's row and gets its value: the update changes nothing that is still valid.
    const { rows } = await ask<{ value: string }>(this.pool, {
      name: 'reserved-id-make',
      text: `INSERT INTO system.reserved_id AS r (tenant, kind, key, value) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant, kind, key) DO UPDATE
               SET value = CASE WHEN r.reserved_at < now() - interval '24 hours' THEN excluded.value ELSE r.value END,
                   reserved_at = CASE WHEN r.reserved_at < now() - interval '24 hours' THEN now() ELSE r.reserved_at END
             RETURNING value`,
      values: [tenant, kind, key, await make()],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('an upsert returned no row');
    return row.value;
  }

  async claimName(tenant: string, kind: NameKind, name: string, holder: string): Promise<NameClaim> {
    const { rows } = await ask<NameRow>(this.pool, {
      name: 'reserved-name-claim',
      text: `INSERT INTO system.reserved_name AS n (tenant, kind, name, holder) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant, kind, name) DO UPDATE SET holder = n.holder
             RETURNING ${CLAIM}`,
      values: [tenant, kind, name, holder],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('an upsert returned no row');
    return row;
  }

  async holderOf(tenant: string, kind: NameKind, name: string): Promise<NameClaim | undefined> {
    const { rows } = await ask<NameRow>(this.pool, {
      name: 'reserved-name-find',
      text: `SELECT ${CLAIM} FROM system.reserved_name n WHERE tenant = $1 AND kind = $2 AND name = $3`,
      values: [tenant, kind, name],
    });
    return rows[0];
  }

  confirmName(tenant: string, kind: NameKind, name: string, holder: string): Promise<boolean> {
    return this.#change(
      `INSERT INTO system.reserved_name AS n (tenant, kind, name, holder, confirmed) VALUES ($1, $2, $3, $4, true)
       ON CONFLICT (tenant, kind, name) DO UPDATE SET confirmed = true WHERE n.holder = $4`,
      [tenant, kind, name, holder],
    );
  }

  takeOverName(tenant: string, kind: NameKind, name: string, from: string, to: string): Promise<boolean> {
    return this.#change(
      `UPDATE system.reserved_name SET holder = $5, claimed_at = now()
       WHERE tenant = $1 AND kind = $2 AND name = $3 AND holder = $4 AND NOT confirmed`,
      [tenant, kind, name, from, to],
    );
  }

  async releaseName(tenant: string, kind: NameKind, name: string, holder: string): Promise<void> {
    await this.#change(
      `DELETE FROM system.reserved_name
       WHERE tenant = $1 AND kind = $2 AND name = $3 AND holder = $4 AND NOT confirmed`,
      [tenant, kind, name, holder],
    );
  }

  async purgeExpired(): Promise<number> {
    const { rowCount } = await ask(this.pool, {
      text: "DELETE FROM system.reserved_id WHERE reserved_at < now() - interval '24 hours'",
    });
    return rowCount ?? 0;
  }

  async #change(text: string, values: readonly string[]): Promise<boolean> {
    const { rowCount } = await ask(this.pool, { text, values: [...values] });
    return rowCount === 1;
  }
}
