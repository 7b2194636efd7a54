import type pg from 'pg';
import type { ParkedAct, ProcessCheckpoint, ProcessCheckpoints } from '../../application/ports/process-checkpoints.js';
import { ask } from './ask.js';

/** The leadership over the processes (`Contest`): a new leader counts up the epochs, so that one relieved moves nothing. */
export const PROCESSES = {
  lock: 727256,
  claim: "UPDATE system.process_checkpoint SET epoch = epoch + 1 WHERE $1 = 'processes'",
  name: 'processes',
} as const;

const LOAD = `
  SELECT c.name, c.position, c.epoch::text AS epoch,
    (SELECT count(DISTINCT event_id)::int FROM system.process_parked p WHERE p.process = c.name) AS parked
  FROM system.process_checkpoint c WHERE c.name = ANY($1)`;

const ADVANCE = `
  UPDATE system.process_checkpoint c SET position = x.position, updated_at = now()
  FROM unnest($1::text[], $2::text[], $3::bigint[]) x (name, position, epoch)
  WHERE c.name = x.name AND c.epoch = x.epoch`;

const REPLACE = `
  UPDATE system.process_checkpoint SET position = $3, epoch = epoch + 1, updated_at = now()
  WHERE name = $1 AND position = $2`;

/** What was discarded stays so. */
const PARK = `
  INSERT INTO system.process_parked (process, event_id, target, stream, revision, position, type, error)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8
  WHERE NOT EXISTS (SELECT FROM system.discarded_event WHERE follower = $1 AND event_id = $2 AND target = $3)
  ON CONFLICT DO NOTHING`;

/** In `system.process_checkpoint` and `system.process_parked`. @throws ApplicationError Unavailable, DiskFull */
export class PostgresProcessCheckpoints implements ProcessCheckpoints {
  constructor(private readonly pool: pg.Pool) {}

  async load(names: readonly string[]): Promise<readonly ProcessCheckpoint[]> {
    const { rows } = await ask<{ name: string; position: string; epoch: string; parked: number }>(this.pool, {
      name: 'process-load',
      text: LOAD,
      values: [names],
    });
    return rows;
  }

  async create(name: string, position: string): Promise<void> {
    await ask(this.pool, {
      text: 'INSERT INTO system.process_checkpoint (name, position) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      values: [name, position],
    });
  }

  async replace({ name, position: was }: ProcessCheckpoint, position: string): Promise<void> {
    await ask(this.pool, { text: REPLACE, values: [name, was, position] });
  }

  async advance(steps: readonly Pick<ProcessCheckpoint, 'name' | 'position' | 'epoch'>[]): Promise<number> {
    const { rowCount } = await ask(this.pool, {
      name: 'process-advance',
      text: ADVANCE,
      values: [steps.map(({ name }) => name), steps.map(({ position }) => position), steps.map(({ epoch }) => epoch)],
    });
    return rowCount ?? 0;
  }

  async park({ process, event, target, error }: ParkedAct): Promise<void> {
    const { id, stream, revision, position, type } = event;
    // PostgreSQL's text takes no U+0000, which may stand in what an error quotes.
    const text = error.replaceAll('\0', '\u2400');
    await ask(this.pool, { text: PARK, values: [process, id, target, stream, revision, position, type, text] });
  }
}
