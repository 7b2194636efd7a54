import pg from 'pg';

/** All SQL of the engine itself; a projection's SQL stands in its own file. */

/** One `CREATE` per entry: run by the migration, and again by a start or a rebuild that finds them gone. */
export const CREATE_ENGINE_TABLES: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS read',
  // Which letter's tables the view of a projection shows; who has paused its feeding, and when.
  `CREATE TABLE IF NOT EXISTS read.projection (
     name    text NOT NULL,
     version integer NOT NULL,
     letter  text NOT NULL CHECK (letter IN ('a', 'b')),
     paused_by text,
     paused_at timestamptz,
     PRIMARY KEY (name, version))`,
  // Up to where the rows of one letter go. position '' is before the first event. epoch counts what invalidates a
  // writer's memory beside the position: its list of parked streams. stopped says why the projection doesn't go on.
  // Before position complete_at the rows don't show what was there when they were begun: nobody may read them yet.
  // standby says what a letter that isn't shown is there for: it is being filled, waits to be shown, or was shown before
  // the other; since when, filled by which code (a digest), and with how many events. apart: it is the first filling of a
  // projection that is new here, which the feed doesn't do.
  `CREATE TABLE IF NOT EXISTS read.checkpoint (
     name     text NOT NULL,
     version  integer NOT NULL,
     letter   text NOT NULL,
     position text COLLATE "C" NOT NULL,
     epoch    bigint NOT NULL DEFAULT 0,
     stopped  text,
     complete_at text COLLATE "C" NOT NULL DEFAULT '',
     standby text CHECK (standby IN ('filling', 'held', 'former')),
     standby_since timestamptz,
     filled_with text,
     passed bigint NOT NULL DEFAULT 0,
     apart boolean NOT NULL DEFAULT false,
     PRIMARY KEY (name, version, letter)) WITH (fillfactor = 50)`,
  `CREATE TABLE IF NOT EXISTS read.parked_event (
     name      text NOT NULL,
     version   integer NOT NULL,
     letter    text NOT NULL,
     stream    text COLLATE "C" NOT NULL,
     revision  bigint NOT NULL,
     position  text COLLATE "C" NOT NULL,
     event_id  text NOT NULL,
     type      text NOT NULL,
     error     text,
     parked_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (name, version, letter, stream, revision))`,
];

export const ADD_COMPLETE_AT = `ALTER TABLE IF EXISTS read.checkpoint
  ADD COLUMN IF NOT EXISTS complete_at text COLLATE "C" NOT NULL DEFAULT ''`;

export const ADD_STANDBY: readonly string[] = [
  `ALTER TABLE IF EXISTS read.projection ADD COLUMN IF NOT EXISTS paused_by text,
     ADD COLUMN IF NOT EXISTS paused_at timestamptz`,
  `ALTER TABLE IF EXISTS read.checkpoint
     ADD COLUMN IF NOT EXISTS standby text CHECK (standby IN ('filling', 'held', 'former')),
     ADD COLUMN IF NOT EXISTS standby_since timestamptz, ADD COLUMN IF NOT EXISTS filled_with text,
     ADD COLUMN IF NOT EXISTS passed bigint NOT NULL DEFAULT 0`,
];
export const ADD_APART = `ALTER TABLE IF EXISTS read.checkpoint
  ADD COLUMN IF NOT EXISTS apart boolean NOT NULL DEFAULT false`;
export const DROP_STANDBY: readonly string[] = [
  'ALTER TABLE IF EXISTS read.projection DROP COLUMN IF EXISTS paused_by, DROP COLUMN IF EXISTS paused_at',
  `ALTER TABLE IF EXISTS read.checkpoint DROP COLUMN IF EXISTS standby, DROP COLUMN IF EXISTS standby_since,
     DROP COLUMN IF EXISTS filled_with, DROP COLUMN IF EXISTS passed`,
];

export const DROP_ENGINE_TABLES: readonly string[] = [
  'DROP TABLE IF EXISTS read.parked_event, read.checkpoint, read.projection',
];

/**
 * Opens a projector's transaction in one round trip. Its rows and its checkpoint are lost together in a crash and
 * replayed, so it needn't wait for the disk. A process that is frozen within it doesn't keep the checkpoint locked. The planner
 * settings keep statements that were planned on an empty table from scanning a full one. READ WRITE, because a connection that
 * pipelines may only read outside of a transaction.
 */
export const BEGIN_APPLY =
  "BEGIN READ WRITE; SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL synchronous_commit = off; " +
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off';

/** Orders those who prepare the same database at once. */
export const LOCK_PREPARE = 'SELECT pg_advisory_xact_lock(727253, 1)';

export const TRY_LEAD = 'SELECT pg_try_advisory_lock($1::integer, hashtext($2)) AS held';
/** Who contests says so by a lock that each of them holds; which sessions hold it everybody may see. */
export const BE_PRESENT = 'SELECT pg_advisory_lock_shared(727260, 1)';
export const COUNT_PRESENT = `SELECT count(*)::integer AS present FROM pg_catalog.pg_locks
  WHERE locktype = 'advisory' AND granted AND mode = 'ShareLock' AND classid = 727260 AND objid = 1 AND objsubid = 2
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`;
/**
 * The heartbeat's other half: PostgreSQL ends the session of a leader that hasn't been heard for so long, by its own
 * clock, and with the session go its locks. Longer than a transaction of BEGIN_APPLY may rest, so that its checkpoint is
 * free for who comes next.
 */
export const BE_HEARD = "SET idle_session_timeout = '6s'";
/**
 * A new leader's first act, in the session that holds the lock: whatever anybody remembers of the shown letter is worth
 * nothing from now on.
 */
export const CLAIM = `UPDATE read.checkpoint c SET epoch = c.epoch + 1 FROM read.projection p
  WHERE p.name || '_v' || p.version = $1 AND c.name = p.name AND c.version = p.version AND c.letter = p.letter`;
export const TRY_REBUILD = 'SELECT pg_try_advisory_lock(727255, hashtext($1)) AS held';
/** The same lock until the transaction ends. */
export const TRY_REBUILD_IN_TRANSACTION = 'SELECT pg_try_advisory_xact_lock(727255, hashtext($1)) AS held';

/** Who holds that lock, of the keys $1. */
export const HOLDERS = `SELECT k.key, a.application_name AS session, a.pid, a.backend_start AS since
  FROM unnest($1::text[]) k (key)
  JOIN pg_catalog.pg_locks l ON l.locktype = 'advisory' AND l.granted AND l.classid = 727255 AND l.objsubid = 2
    AND l.objid = (hashtext(k.key)::bigint & 4294967295)::oid
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid`;

export const LOAD_CHECKPOINT = `SELECT position, epoch::text AS epoch FROM read.checkpoint
  WHERE name = $1 AND version = $2 AND letter = $3`;
export const LOCK_CHECKPOINT = `${LOAD_CHECKPOINT} FOR UPDATE`;
/**
 * Where every projection stands, and which tables and views schema `read` has, as of one moment. A row without projection
 * when none is recorded; a projection without position when its checkpoint is gone.
 */
export const INSPECT = `WITH there AS (
    SELECT coalesce(array_agg(c.relname::text), '{}') AS relations FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'read' AND c.relkind IN ('r', 'v'))
  SELECT there.relations, p.name, p.version, p.letter, p.paused_by, p.paused_at, c.position, c.epoch::text AS epoch,
    c.stopped, c.complete_at, c.standby, c.apart,
    (SELECT count(*)::int FROM read.parked_event e
      WHERE e.name = p.name AND e.version = p.version AND e.letter = p.letter) AS parked
  FROM there LEFT JOIN (read.projection p LEFT JOIN read.checkpoint c USING (name, version, letter)) ON true`;
export const ACTIVE_CHECKPOINTS = `SELECT p.name, p.version, p.letter, c.position, c.epoch::text AS epoch
  FROM read.projection p JOIN read.checkpoint c USING (name, version, letter)`;
export const POLL_POSITIONS = `SELECT p.name, p.version, c.position
  FROM read.projection p JOIN read.checkpoint c USING (name, version, letter)`;
/** With an epoch that no checkpoint of this database has had: transactions' numbers grow, and each next epoch takes one. */
export const CREATE_CHECKPOINT = `INSERT INTO read.checkpoint (name, version, letter, position, complete_at, epoch)
  VALUES ($1, $2, $3, '', $4, txid_current()) RETURNING epoch::text AS epoch`;
export const DROP_CHECKPOINT = 'DELETE FROM read.checkpoint WHERE name = $1 AND version = $2 AND letter = $3';
/** The fence: nobody who remembers another position or epoch gets past it. Row lock first, rows afterwards. */
export const ADVANCE = `UPDATE read.checkpoint SET position = $6, stopped = NULL
  WHERE name = $1 AND version = $2 AND letter = $3 AND position = $4 AND epoch = $5::bigint`;
/** Both in one string, as several statements have no parameters: where the first isn't done, the second isn't. */
export const beginAdvanced = (values: readonly string[]): string =>
  `${BEGIN_APPLY}; ${ADVANCE.replace(/\$(\d)/g, (_, number: string) => pg.escapeLiteral(values[Number(number) - 1] ?? ''))}`;
/** The same for several projections at once; gives those that it moved. */
export const ADVANCE_SEVERAL = `UPDATE read.checkpoint c SET position = $6, stopped = NULL
  FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[]) x (name, version, letter, position, epoch)
  WHERE c.name = x.name AND c.version = x.version AND c.letter = x.letter AND c.position = x.position AND c.epoch = x.epoch
  RETURNING c.name, c.version`;
/** Letters that aren't shown, and are there for something. */
export const STANDBYS = `SELECT name, version, letter, position, standby AS state, standby_since AS since, filled_with,
    passed::text AS passed
  FROM read.checkpoint WHERE standby IS NOT NULL`;
export const SET_STANDBY = `UPDATE read.checkpoint SET standby = $4, standby_since = now(), filled_with = coalesce($5, filled_with)
  WHERE name = $1 AND version = $2 AND letter = $3`;
/** Whoever remembers it writes no more. */
export const SET_APART = 'UPDATE read.checkpoint SET apart = true WHERE name = $1 AND version = $2 AND letter = $3';
/** New ones whose filling isn't done. */
export const APART = `SELECT name, version FROM read.checkpoint WHERE apart AND standby = 'filling'`;
export const BECOME_FORMER = `UPDATE read.checkpoint SET standby = 'former', standby_since = now(), filled_with = $4,
    epoch = epoch + 1
  WHERE name = $1 AND version = $2 AND letter = $3`;
export const ADD_PASSED = `UPDATE read.checkpoint SET passed = passed + $4
  WHERE name = $1 AND version = $2 AND letter = $3 RETURNING passed::text AS passed`;
/** Whether all of these are there. */
export const ARE_THERE = 'SELECT bool_and(to_regclass(t) IS NOT NULL) AS there FROM unnest($1::text[]) t';
export const SET_STOPPED = `UPDATE read.checkpoint SET stopped = $6
  WHERE name = $1 AND version = $2 AND letter = $3 AND position = $4 AND epoch = $5::bigint`;
export const NEXT_EPOCH = `UPDATE read.checkpoint SET epoch = epoch + 1 WHERE name = $1 AND version = $2 AND letter = $3`;
export const SHOW_LETTER = `INSERT INTO read.projection (name, version, letter) VALUES ($1, $2, $3)
  ON CONFLICT (name, version) DO UPDATE SET letter = EXCLUDED.letter`;

/** Others that are known, and not just being made too. */
export const HAS_OTHERS = `SELECT EXISTS (SELECT FROM read.projection JOIN read.checkpoint USING (name, version, letter)
  WHERE (name, version) <> ($1, $2::integer) AND position >= complete_at AND position <> '') AS there`;
/** Who has paused it, and whether its rows, which nobody may read yet, are made apart. */
export const NOT_FED = `SELECT p.paused_by, p.paused_at, EXISTS (
    SELECT FROM read.checkpoint c JOIN read.checkpoint o USING (name, version)
    WHERE c.name = p.name AND c.version = p.version AND c.letter = p.letter AND c.position < c.complete_at
      AND o.letter <> p.letter AND o.standby = 'filling' AND o.apart) AS apart
  FROM read.projection p WHERE name = $1 AND version = $2`;
/** Its next step is refused, and with that its writer reads that it is paused, or that it goes on. */
const FENCE = `UPDATE read.checkpoint c SET epoch = c.epoch + 1 FROM named p
  WHERE c.name = p.name AND c.version = p.version AND c.letter = p.letter RETURNING c.name`;
export const PAUSE = `WITH named AS (UPDATE read.projection SET paused_by = $3, paused_at = now()
    WHERE name = $1 AND version = $2 AND paused_at IS NULL RETURNING name, version, letter) ${FENCE}`;
export const RESUME = `WITH named AS (UPDATE read.projection SET paused_by = NULL, paused_at = NULL
    WHERE name = $1 AND version = $2 AND paused_at IS NOT NULL RETURNING name, version, letter) ${FENCE}`;

export const PARK = `INSERT INTO read.parked_event (name, version, letter, stream, revision, position, event_id, type, error)
  SELECT $1, $2, $3, x.* FROM unnest($4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[]) x
  ON CONFLICT DO NOTHING`;
export const PARKED_STREAMS = `SELECT stream, min(revision)::text AS revision FROM read.parked_event
  WHERE name = $1 AND version = $2 AND letter = $3 GROUP BY stream`;
export const PARKED_OF_STREAM = `SELECT revision::text AS revision FROM read.parked_event
  WHERE name = $1 AND version = $2 AND letter = $3 AND stream = $4 ORDER BY revision`;
export const PARKED_LIST = `SELECT e.stream, e.revision::text AS revision, e.position, e.event_id, e.type, e.error, e.parked_at
  FROM read.parked_event e JOIN read.projection p USING (name, version, letter)
  WHERE e.name = $1 AND e.version = $2 AND ($3::text IS NULL OR e.stream = $3 OR e.event_id = $3)
  ORDER BY e.position LIMIT 1000`;
export const UNPARK_UP_TO = `DELETE FROM read.parked_event
  WHERE name = $1 AND version = $2 AND letter = $3 AND stream = $4 AND revision <= $5`;
export const SAY_WHY_PARKED = `UPDATE read.parked_event SET error = $6
  WHERE name = $1 AND version = $2 AND letter = $3 AND stream = $4 AND revision = $5`;
export const FORGET_PARKED = 'DELETE FROM read.parked_event WHERE name = $1 AND version = $2 AND letter = $3';

/** Takes a parked event out for good; gives nothing when it isn't parked. */
export const DISCARD = `WITH parked AS (
    DELETE FROM read.parked_event WHERE name = $1 AND version = $2 AND letter = $3 AND event_id = $4
    RETURNING stream, revision, position, type)
  INSERT INTO system.discarded_event (follower, event_id, stream, revision, position, type, decided_by, reason)
  SELECT $1, $4, stream, revision, position, type, $5, $6 FROM parked
  ON CONFLICT (follower, event_id, target) DO UPDATE SET decided_by = EXCLUDED.decided_by, reason = EXCLUDED.reason
  RETURNING stream`;
export const DISCARDED = 'SELECT event_id FROM system.discarded_event WHERE follower = $1';

export const KEY_OF = `SELECT a.attname::text AS name FROM pg_catalog.pg_index i
  CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k (attnum, n)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.n`;
/**
 * The first few rows, in the key's order, that aren't the same in two tables, or are in one alone; as text. Both are read along
 * their keys, side by side, whatever their size.
 */
export const differing = (table: string, other: string, key: readonly string[]): string =>
  `SELECT l::text AS live, r::text AS replayed
   FROM ${table} l FULL JOIN ${other} r ON ${key.map((name) => `l.${name} = r.${name}`).join(' AND ')}
   WHERE l IS DISTINCT FROM r ORDER BY ${key.map((name) => `coalesce(l.${name}, r.${name})`).join(', ')} LIMIT 20`;

/** Bytes of all tables $1 that are there, and what is estimated to be in the first: null when that isn't. */
export const SIZE = `SELECT coalesce(sum(pg_total_relation_size(to_regclass(t.name))), 0)::text AS bytes,
    (SELECT greatest(c.reltuples, 0)::float8 FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(($1::text[])[1])) AS estimate
  FROM unnest($1::text[]) t (name)`;
export const countUpTo = (table: string, most: number): string =>
  `SELECT count(*)::int AS rows FROM (SELECT FROM ${table} LIMIT ${most.toString()}) counted`;

/** Whose session holds the locks ($1, hash of each of $2). */
export const LEADERS = `SELECT k.key, a.application_name AS session, a.backend_start AS since
  FROM unnest($2::text[]) k (key)
  JOIN pg_catalog.pg_locks l ON l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.classid::bigint = $1 AND l.objid::bigint = hashtext(k.key)::bigint & 4294967295
  JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid`;
