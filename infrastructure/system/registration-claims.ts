import type pg from 'pg';
import type { Claimant, RegistrationClaims } from '../../application/ports/registration-claims.js';
import { ask } from './ask.js';

/** Whether a claim that is there gives way to the new one. */
const GIVES_WAY = `(c.registration = excluded.registration OR NOT (c.several OR excluded.several)
  OR c.claimed_at < now() - interval '15 minutes')`;

export class PostgresRegistrationClaims implements RegistrationClaims {
  constructor(private readonly pool: pg.Pool) {}

  async claim(tenant: string, userIds: readonly string[], by: Claimant): Promise<readonly string[]> {
    // In one order, so that two which claim the same ids wait for each other in one direction only.
    const { rows } = await ask<{ user_id: string; registration: string }>(this.pool, {
      name: 'registration-claim',
      text: `INSERT INTO system.registration_claim AS c (tenant, user_id, registration, several)
             SELECT $1, wanted, $3, $4 FROM unnest($2::text[]) wanted ORDER BY wanted COLLATE "C"
             ON CONFLICT (tenant, user_id) DO UPDATE SET
               registration = CASE WHEN ${GIVES_WAY} THEN excluded.registration ELSE c.registration END,
               several = CASE WHEN ${GIVES_WAY} THEN excluded.several ELSE c.several END,
               claimed_at = CASE WHEN ${GIVES_WAY} THEN now() ELSE c.claimed_at END
             RETURNING user_id, registration`,
      values: [tenant, userIds, by.registration, by.several],
    });
    const others = rows.filter(({ registration }) => registration !== by.registration).map(({ user_id }) => user_id);
    if (others.length > 0) await this.release(tenant, userIds, by);
    return others;
  }

  async release(tenant: string, userIds: readonly string[], by: Claimant): Promise<void> {
    await ask(this.pool, {
      name: 'registration-release',
      text: `DELETE FROM system.registration_claim
             WHERE tenant = $1 AND user_id = ANY($2::text[]) AND registration = $3`,
      values: [tenant, userIds, by.registration],
    });
  }

  /** Deletes those that a crash left. Gives how many. */
  async purgeExpired(): Promise<number> {
    const { rowCount } = await ask(this.pool, {
      text: "DELETE FROM system.registration_claim WHERE claimed_at < now() - interval '1 day'",
    });
    return rowCount ?? 0;
  }
}
