import type pg from 'pg';
import type { Credential, CredentialKey, Credentials, NewCredential } from '../../application/ports/credentials.js';
import { ask } from './ask.js';
import { ALL_PLATFORMS, endSessions, type PostgresSessions } from './sessions.js';

interface Row {
  registration: string;
  login: string | null;
  phc: string;
  confirmed: boolean;
}

export class PostgresCredentials implements Credentials {
  constructor(
    private readonly pool: pg.Pool,
    private readonly sessions: Pick<PostgresSessions, 'forget'>,
  ) {}

  async put({ tenant, userId, registration, login, phc }: NewCredential): Promise<Credential> {
    const { rows } = await ask<Row>(this.pool, {
      text: `INSERT INTO system.credential AS c (tenant, user_id, registration, login, phc) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant, user_id, registration) DO UPDATE SET phc = c.phc
       RETURNING registration, login, phc, confirmed`,
      values: [tenant, userId, registration, login ?? null, phc],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('an upsert returned no row');
    return credentialOf(tenant, userId, row);
  }

  async ofUser(tenant: string, userId: string): Promise<readonly Credential[]> {
    const { rows } = await ask<Row>(this.pool, {
      name: 'credentials-of-user',
      text: 'SELECT registration, login, phc, confirmed FROM system.credential WHERE tenant = $1 AND user_id = $2',
      values: [tenant, userId],
    });
    return rows.map((row) => credentialOf(tenant, userId, row));
  }

  async confirm({ tenant, userId, registration, login, phc }: NewCredential): Promise<void> {
    await ask(this.pool, {
      text: `WITH others AS (
         DELETE FROM system.credential WHERE tenant = $1 AND user_id = $2 AND registration <> $3)
       INSERT INTO system.credential (tenant, user_id, registration, login, phc, confirmed) VALUES ($1, $2, $3, $4, $5, true)
       ON CONFLICT (tenant, user_id, registration) DO UPDATE SET confirmed = true`,
      values: [tenant, userId, registration, login ?? null, phc],
    });
  }

  async replace({ tenant, userId, registration, phc: old }: Credential, phc: string, spared: string): Promise<boolean> {
    try {
      const { rows } = await ask(this.pool, {
        text: `WITH changed AS (
           UPDATE system.credential SET phc = $5
           WHERE tenant = $1 AND user_id = $2 AND registration = $6 AND phc = $7 RETURNING 1),
         ended AS (${endSessions('EXISTS (SELECT 1 FROM changed)')})
         SELECT 1 FROM changed`,
        values: [tenant, userId, ALL_PLATFORMS, spared, phc, registration, old],
      });
      return rows.length === 1;
    } finally {
      this.sessions.forget(tenant, userId);
    }
  }

  async remove({ tenant, userId, registration }: CredentialKey): Promise<void> {
    await ask(this.pool, {
      text: `DELETE FROM system.credential
       WHERE tenant = $1 AND user_id = $2 AND registration = $3 AND NOT confirmed`,
      values: [tenant, userId, registration],
    });
  }
}

const credentialOf = (tenant: string, userId: string, { registration, login, phc, confirmed }: Row): Credential => ({
  tenant,
  userId,
  registration,
  ...(login === null ? {} : { login }),
  phc,
  confirmed,
});
