import type pg from 'pg';
import type { Decision, DiscardedEvent } from '../../application/ports/parked-tools.js';
import type { Position } from '../../application/ports/event-store.js';
import type { ParkedAct, ParkedActs } from '../../application/ports/process-checkpoints.js';
import { ask } from './ask.js';

const LIST = `
  SELECT event_id, target, stream, revision::text AS revision, position, type, error, parked_at
  FROM system.process_parked WHERE process = $1 AND ($2::text IS NULL OR stream = $2 OR event_id = $2)
  ORDER BY position, target LIMIT 1000`;
const DONE = 'DELETE FROM system.process_parked WHERE process = $1 AND event_id = $2 AND target = $3';
const FAILED = 'UPDATE system.process_parked SET error = $4 WHERE process = $1 AND event_id = $2 AND target = $3';
const DISCARD = `
  WITH parked AS (${DONE} RETURNING *)
  INSERT INTO system.discarded_event (follower, event_id, target, stream, revision, position, type, decided_by, reason)
  SELECT process, event_id, target, stream, revision, position, type, $4, $5 FROM parked
  ON CONFLICT (follower, event_id, target) DO UPDATE SET decided_by = EXCLUDED.decided_by, reason = EXCLUDED.reason`;
const DISCARDED = `
  SELECT follower, event_id, target, stream, revision::text AS revision, position, type, decided_by, reason, discarded_at
  FROM system.discarded_event ORDER BY discarded_at, position LIMIT 1000`;

interface EventRow {
  readonly event_id: string;
  readonly target: string;
  readonly stream: string;
  readonly revision: string;
  readonly position: string;
  readonly type: string;
}

/** In `system.process_parked` and `system.discarded_event`. @throws ApplicationError Unavailable, DiskFull */
export class PostgresParkedActs implements ParkedActs {
  constructor(private readonly pool: pg.Pool) {}

  async list(process: string, of?: string): Promise<readonly (ParkedAct & { readonly since: Date })[]> {
    const { rows } = await ask<EventRow & { error: string; parked_at: Date }>(this.pool, {
      text: LIST,
      values: [process, of ?? null],
    });
    return rows.map(({ event_id: id, target, stream, revision, position, type, error, parked_at: since }) => {
      const event = { id, stream, revision: Number(revision), position: position as Position, type };
      return { process, event, target, error, since };
    });
  }

  async done({ process, event, target }: ParkedAct): Promise<void> {
    await ask(this.pool, { text: DONE, values: [process, event.id, target] });
  }

  async failed({ process, event, target }: ParkedAct, error: string): Promise<void> {
    await ask(this.pool, { text: FAILED, values: [process, event.id, target, error.replaceAll('\0', '\u2400')] });
  }

  async discard({ process, event, target }: ParkedAct, { by, reason }: Decision): Promise<boolean> {
    const { rowCount } = await ask(this.pool, { text: DISCARD, values: [process, event.id, target, by, reason] });
    return rowCount === 1;
  }
}

/** Of projections and processes, the first 1000. @throws ApplicationError Unavailable */
export async function discardedEvents(pool: pg.Pool): Promise<DiscardedEvent[]> {
  const { rows } = await ask<EventRow & { follower: string; decided_by: string; reason: string; discarded_at: Date }>(
    pool,
    { text: DISCARDED },
  );
  return rows.map(({ follower, event_id, revision, decided_by, discarded_at, ...row }) => ({
    ...row,
    name: follower,
    id: event_id,
    revision: Number(revision),
    by: decided_by,
    at: discarded_at.getTime(),
  }));
}
