import type pg from 'pg';
import { pause } from '../../application/following/backoff.js';
import { isConnectionTrouble, messageOf } from '../../application/following/errors.js';
import type { Logger } from '../../application/ports/logger.js';
import { RebuildRunning } from './errors.js';
import { dropLetter } from './filling.js';
import { projectionKey, type Projection } from './projection.js';
import type { RebuildOutcome } from './rebuild.js';
import { loadStandby } from './standby.js';
import * as sql from './sql.js';

export interface NewcomersDeps {
  readonly projections: readonly Projection[];
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly rebuildAll: (names: readonly string[], signal: AbortSignal) => Promise<readonly RebuildOutcome[]>;
  /** How often is looked whether another process still fills them, milliseconds. */
  readonly lookMs: number;
}

/**
 * Fills projections that are new beside others that readers use, as after an upgrade: with a reader of their own, at full
 * speed, and shows each when it is level. Whichever process is first does it; another goes on if that ends. One that can't
 * be filled so is left to the feed, which sets aside what it can't apply.
 */
export async function fillNewcomers(deps: NewcomersDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const names = await newcomers(deps);
      if (names.length === 0) return;
      for (const outcome of await deps.rebuildAll(names, signal)) {
        if ('result' in outcome)
          deps.log.info({ projection: outcome.name }, 'a projection that is new is filled and shown');
        else if (!isPassing(outcome.error)) await leaveToFeed(deps, outcome.name, outcome.error, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      deps.log.warn({ error: messageOf(error) }, 'projections that are new could not be filled; tried again');
    }
    await pause(deps.lookMs, signal);
  }
}

const isPassing = (error: unknown): boolean => error instanceof RebuildRunning || isConnectionTrouble(error);

/** Names of those that this code knows. */
async function newcomers({ pool, projections }: NewcomersDeps): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string; version: number }>(sql.APART);
  const apart = new Set(rows.map(projectionKey));
  return projections.filter((projection) => apart.has(projectionKey(projection))).map(({ name }) => name);
}

async function leaveToFeed(deps: NewcomersDeps, name: string, error: unknown, signal: AbortSignal): Promise<void> {
  const { pool, log, projections } = deps;
  const projection = projections.find((each) => each.name === name);
  const standby = projection && (await loadStandby(pool, projection));
  if (projection === undefined || standby?.state !== 'filling') return;
  log.error(
    { projection: name, error: messageOf(error) },
    'a projection that is new can not be filled at once: it is fed',
  );
  await dropLetter({ pool, log, projection }, standby.letter, signal);
  await pool.query(sql.NEXT_EPOCH, [projection.name, projection.version, standby.letter === 'a' ? 'b' : 'a']);
}
