import type pg from 'pg';
import { foldLogin } from '../../application/commands/names.js';
import type { PersonalTraces } from '../../application/ports/erasures.js';
import type { Sessions } from '../../application/ports/tokens.js';
import { encodePart } from '../../application/streams.js';
import { ask } from './ask.js';

/**
 * What schema `system` holds of user $2 of tenant $1, in one statement. His id stays among the logins ($3), so that nobody can
 * log in by it; whatever else he was found by is free. Where he came in from is noted by his id, or by what he was found by.
 */
const REMOVE = `
  WITH names AS (DELETE FROM system.reserved_name
                  WHERE tenant = $1 AND holder = $2 AND NOT (kind = 'login' AND name = $3) RETURNING kind, name),
       passwords AS (DELETE FROM system.credential WHERE tenant = $1 AND user_id = $2),
       claims AS (DELETE FROM system.registration_claim WHERE tenant = $1 AND user_id = $2),
       codes AS (DELETE FROM system.phone_verification
                  WHERE tenant = $1 AND (taken_by = $2 OR phone IN (SELECT name FROM names WHERE kind = 'phone')))
  DELETE FROM system.known_network WHERE tenant = $1 AND (whose = $2 OR whose IN (SELECT name FROM names))`;

/**
 * States tell by prints what was said: a print says nothing, but whoever guesses can see that he is right. So those go that he
 * is in: of his own streams, and where he is named.
 */
const SNAPSHOTS = 'DELETE FROM system.snapshot WHERE position($1 IN state) > 0 OR position($2 IN stream) > 0';

/** What an event failed with may quote what it says. */
const REASONS = `
  UPDATE system.process_parked SET error = 'not told any more: somebody was erased since'
  WHERE error NOT LIKE 'not told any more%'`;

export interface PersonalTracesOptions {
  readonly pool: pg.Pool;
  readonly sessions: Pick<Sessions, 'endAll'>;
  /** Of the read side: what is kept there beside the rows that the projections see to. */
  readonly ofReadSide: () => Promise<void>;
}

/** In schema `system`: credentials, names, sessions, networks, verifications, snapshots. Of the read side, what it leaves behind. */
export class PostgresPersonalTraces implements PersonalTraces {
  constructor(private readonly options: PersonalTracesOptions) {}

  async remove(tenant: string, userId: string): Promise<void> {
    const { pool, sessions, ofReadSide } = this.options;
    await ask(pool, { text: REMOVE, values: [tenant, userId, foldLogin(userId)] });
    await sessions.endAll(tenant, userId);
    await ask(pool, { text: SNAPSHOTS, values: [JSON.stringify(userId), encodePart(userId)] });
    await ask(pool, { text: REASONS });
    await ofReadSide();
  }
}
