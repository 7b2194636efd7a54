import type pg from 'pg';
import type { Credential, Credentials, NewCredential } from '../../application/ports/credentials.js';
import { ask } from './ask.js';

interface Row {
  user_id: string;
  phc: string;
  confirmed: boolean;
}

export class PostgresCredentials implements Credentials {
  constructor(private readonly pool: pg.Pool) {}

  async put({ tenant, login, userId, phc }: NewCredential): Promise<Credential> {
    const { rows } = await ask<Row>(this.pool, {
      text: `INSERT INTO system.credential AS c (tenant, login, user_id, phc) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant, login) DO UPDATE SET phc = c.phc
       RETURNING user_id, phc, confirmed`,
      values: [tenant, login, userId, phc],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('an upsert returned no row');
    return { tenant, login, userId: row.user_id, phc: row.phc, confirmed: row.confirmed };
  }

  async find(tenant: string, login: string): Promise<Credential | undefined> {
    const { rows } = await ask<Row>(this.pool, {
      text: 'SELECT user_id, phc, confirmed FROM system.credential WHERE tenant = $1 AND login = $2',
      values: [tenant, login],
    });
    const [row] = rows;
    return row && { tenant, login, userId: row.user_id, phc: row.phc, confirmed: row.confirmed };
  }

  async confirm(tenant: string, login: string, userId: string): Promise<boolean> {
    const { rowCount } = await ask(this.pool, {
      text: 'UPDATE system.credential SET confirmed = true WHERE tenant = $1 AND login = $2 AND user_id = $3',
      values: [tenant, login, userId],
    });
    return rowCount === 1;
  }

  async remove(tenant: string, login: string, userId: string): Promise<void> {
    await ask(this.pool, {
      text: 'DELETE FROM system.credential WHERE tenant = $1 AND login = $2 AND user_id = $3 AND NOT confirmed',
      values: [tenant, login, userId],
    });
  }
}
