import { type KeyObject, randomBytes } from 'node:crypto';
import type { LRUCache } from 'lru-cache';
import { mostRecent } from '../../../application/most-recent.js';
import pg from 'pg';
import type { GivenUpKey, LostKey } from '../../../application/ports/envelope.js';
import { EventStoreUnavailable, WritesRefused } from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { isDiskFull } from '../../disk-full.js';
import { Coalescer } from './coalescer.js';
import { type KeyRing, type Subject, type SubjectKey, subjectText } from './key-ring.js';
import { masterKeyOf, unwrapKey, WrongMasterKey, wrapKey } from './master-key.js';

export interface DataKeysOptions {
  /** Of the database that holds schema `system`. Its commits must be synchronous: a key that is lost takes events with it. */
  readonly pool: pg.Pool;
  /** 32 bytes. `verifyMasterKey` says whether it is the right one. */
  readonly masterKey: Buffer;
  readonly log: Logger;
  /** Keys in memory at most. Default 100,000 (some 300 bytes each). */
  readonly cacheSize?: number;
  /**
   * How long a key stays in memory, ms, default 30,000: the time within which an erasure by another process is noticed
   * here. One by this object is noticed at once.
   */
  readonly cacheMs?: number;
}

/** Random, 64 bits: so a database that was restored can't give out an id a second time, as a sequence would. */
const KEY_ID_BYTES = 8;
const KEY_BYTES = 32;
const MAX_SUBJECTS_PER_QUERY = 1_000;

interface Row {
  readonly tenant: string;
  readonly user_id: string;
  readonly key_id: string | null;
  readonly wrapped: Buffer | null;
  readonly given_up?: readonly string[] | null;
}

/** Also those of whom only keys are known that were given up. */
const FIND = `
  SELECT asked.tenant, asked.user_id, key.key_id, key.wrapped, lost.given_up
    FROM unnest($1::text[], $2::text[]) AS asked (tenant, user_id)
    LEFT JOIN system.data_key AS key USING (tenant, user_id)
    LEFT JOIN LATERAL (SELECT array_agg(l.key_id) AS given_up FROM system.lost_key AS l
                        WHERE l.tenant = asked.tenant AND l.user_id = asked.user_id) AS lost ON true
   WHERE key.key_id IS NOT NULL OR lost.given_up IS NOT NULL`;

/** Those that are there are read in the same statement; in one order, so that two makers can't wait for each other. */
const MAKE = `
  WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
                   AS asked (tenant, user_id, key_id, wrapped)),
       found AS (SELECT key.tenant, key.user_id, key.key_id, key.wrapped
                   FROM system.data_key AS key JOIN asked USING (tenant, user_id)),
       made AS (INSERT INTO system.data_key (tenant, user_id, key_id, wrapped)
                SELECT asked.* FROM asked LEFT JOIN found USING (tenant, user_id)
                 WHERE found.key_id IS NULL
                 ORDER BY tenant COLLATE "C", user_id COLLATE "C"
                ON CONFLICT DO NOTHING
                RETURNING tenant, user_id, key_id, wrapped)
  SELECT key.*, (SELECT array_agg(l.key_id) FROM system.lost_key AS l
                  WHERE l.tenant = key.tenant AND l.user_id = key.user_id) AS given_up
    FROM (SELECT * FROM found UNION ALL SELECT * FROM made) AS key`;

/**
 * A row that can't be opened goes with it, so that the person gets a new key; its bytes are kept, should the master key
 * turn up.
 */
const GIVE_UP = `
  WITH unopened AS (DELETE FROM system.data_key WHERE key_id = $3 AND tenant = $1 AND user_id = $2 AND wrapped IS NOT NULL
                    RETURNING wrapped)
  INSERT INTO system.lost_key (tenant, user_id, key_id, given_up_by, wrapped)
  SELECT $1, $2, $3, $4, (SELECT wrapped FROM unopened)
  ON CONFLICT DO NOTHING`;

const GIVEN_UP = `
  SELECT tenant, user_id, key_id, given_up_by, given_up_at FROM system.lost_key ORDER BY given_up_at, tenant, user_id`;

const AMONG_ERASED = `
  SELECT tenant, user_id FROM system.data_key
  WHERE tenant = $1 AND user_id = ANY ($2::text[]) AND erased_at IS NOT NULL`;

/** Longer than a commit takes, so that one which was begun before the last look is seen by the next. */
const ERASED_OF_LATE = `
  SELECT tenant, user_id FROM system.data_key WHERE erased_at > now() - interval '5 minutes'`;

const ERASE = `
  WITH unopened AS (UPDATE system.lost_key SET wrapped = NULL WHERE tenant = $1 AND user_id = $2 AND wrapped IS NOT NULL)
  INSERT INTO system.data_key (tenant, user_id, key_id, wrapped, erased_at) VALUES ($1, $2, $3, NULL, now())
  ON CONFLICT (tenant, user_id) DO UPDATE SET wrapped = NULL, erased_at = coalesce(data_key.erased_at, now())`;

/**
 * The data keys of all persons, AES-256, one per (tenant, user), wrapped by the master key in `system.data_key`.
 * An erased person's row remains without key, for ever.
 */
export class DataKeys implements KeyRing {
  readonly #pool: pg.Pool;
  readonly #masterKey: KeyObject;
  readonly #log: Logger;
  readonly #memory: LRUCache<string, SubjectKey>;
  readonly #finding = new Coalescer<Subject, SubjectKey | undefined>(
    (subjects) => this.#find(subjects),
    MAX_SUBJECTS_PER_QUERY,
  );
  readonly #making = new Coalescer<Subject, SubjectKey>((subjects) => this.#make(subjects), MAX_SUBJECTS_PER_QUERY);

  /** @throws RangeError when the master key hasn't 32 bytes. */
  constructor({ pool, masterKey, log, cacheSize = 100_000, cacheMs = 30_000 }: DataKeysOptions) {
    this.#pool = pool;
    this.#masterKey = masterKeyOf(masterKey);
    this.#log = log;
    this.#memory = mostRecent(cacheSize, { ttl: cacheMs });
  }

  cached(subject: Subject): SubjectKey | undefined {
    return this.#memory.get(subjectText(subject));
  }

  obtain(subjects: readonly Subject[]): Promise<readonly SubjectKey[]> {
    return Promise.all(subjects.map((subject) => this.#making.ask(subjectText(subject), subject)));
  }

  find(subjects: readonly Subject[]): Promise<readonly (SubjectKey | undefined)[]> {
    return Promise.all(subjects.map((subject) => this.#finding.ask(subjectText(subject), subject)));
  }

  /**
   * Destroys a person's key, and what was kept of one that was lost, or sees to it that there never is one; repeating it
   * changes nothing. The table's old row versions go with the next vacuum, copies in backups when those are given up.
   */
  async erase(subject: Subject): Promise<void> {
    await this.#query(ERASE, [subject.tenant, subject.userId, newKeyId()]);
    this.noteErased(subject);
    this.#log.info({ tenant: subject.tenant }, 'a data key was destroyed');
  }

  noteErased(subject: Subject): void {
    this.#memory.set(subjectText(subject), ERASED);
  }

  /** Those of the users who were erased. */
  async erased(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (userIds.length === 0) return new Set();
    const rows = await this.#query(AMONG_ERASED, [tenant, userIds]);
    return new Set(rows.map(({ user_id }) => user_id));
  }

  /** Who was erased within the last minutes, whoever did it. */
  async erasedOfLate(): Promise<readonly Subject[]> {
    const rows = await this.#query(ERASED_OF_LATE, []);
    return rows.map(({ tenant, user_id }) => ({ tenant, userId: user_id }));
  }

  /**
   * Takes note that a key is lost for good: from now on what it had encrypted reads as erased. A key that can be opened is
   * not given up.
   * @param by who says so
   */
  async giveUp({ tenant, userId, keyId }: LostKey, by: string): Promise<GivenUpKey> {
    const subject = { tenant, userId };
    const [key] = await this.#find([subject]);
    if (key?.kind === 'key' && key.id === keyId) throw new Error(`the data key ${keyId} isn't lost`);
    await this.#query(GIVE_UP, [tenant, userId, keyId, by]);
    this.#memory.delete(subjectText(subject));
    this.#log.warn(
      { tenant, userId, keyId, by },
      'a lost data key was given up: what it had encrypted reads as erased',
    );
    return { tenant, userId, keyId, by, at: Date.now() };
  }

  /** In the order in which they were given up. */
  async givenUp(): Promise<readonly GivenUpKey[]> {
    const { rows } = await this.#pool.query<{
      tenant: string;
      user_id: string;
      key_id: string;
      given_up_by: string;
      given_up_at: Date;
    }>(GIVEN_UP);
    return rows.map((row) => ({
      tenant: row.tenant,
      userId: row.user_id,
      keyId: row.key_id,
      by: row.given_up_by,
      at: row.given_up_at.getTime(),
    }));
  }

  async #find(subjects: readonly Subject[]): Promise<(SubjectKey | undefined)[]> {
    const found = await this.#read(subjects);
    return subjects.map((subject) => found.get(subjectText(subject)));
  }

  async #make(subjects: readonly Subject[]): Promise<SubjectKey[]> {
    const fresh = subjects.map((subject) => {
      const keyId = newKeyId();
      return { keyId, wrapped: wrapKey(this.#masterKey, randomBytes(KEY_BYTES), subject, keyId) };
    });
    const rows = await this.#query(MAKE, [
      ...columnsOf(subjects),
      fresh.map(({ keyId }) => keyId),
      fresh.map(({ wrapped }) => wrapped),
    ]);
    const keys = this.#remember(rows);
    // Another process made one between this statement's snapshot and its insert: now it is there to be read.
    const late = subjects.filter((subject) => !keys.has(subjectText(subject)));
    if (late.length > 0) for (const [text, key] of await this.#read(late)) keys.set(text, key);
    return subjects.map((subject) => {
      const key = keys.get(subjectText(subject));
      if (key === undefined) throw new EventStoreUnavailable('a data key was neither made nor found');
      return key;
    });
  }

  async #read(subjects: readonly Subject[]): Promise<Map<string, SubjectKey>> {
    return this.#remember(await this.#query(FIND, columnsOf(subjects)));
  }

  #remember(rows: readonly Row[]): Map<string, SubjectKey> {
    const keys = new Map<string, SubjectKey>();
    for (const row of rows) {
      const subject = { tenant: row.tenant, userId: row.user_id };
      const text = subjectText(subject);
      const key = this.#isErased(text) ? ERASED : this.#keyIn(row, subject);
      keys.set(text, key);
      // One that is lost may come back at any moment.
      if (key.kind !== 'lost') this.#memory.set(text, key);
    }
    return keys;
  }

  /** What was read before an erasure by this object may arrive after it; an erasure is for ever. */
  #isErased(text: string): boolean {
    return this.#memory.get(text)?.kind === 'erased';
  }

  #keyIn({ key_id, wrapped, given_up }: Row, subject: Subject): SubjectKey {
    const lost = given_up == null ? {} : { givenUp: new Set(given_up) };
    if (key_id === null) return { kind: 'lost', ...lost };
    if (wrapped === null) return ERASED;
    try {
      return { kind: 'key', id: key_id, secret: unwrapKey(this.#masterKey, wrapped, subject, key_id), ...lost };
    } catch (error) {
      if (!(error instanceof WrongMasterKey)) throw error;
      return { kind: 'lost', id: key_id, ...lost };
    }
  }

  async #query(text: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, [...values])).rows;
    } catch (error) {
      if (error instanceof pg.DatabaseError && !isPassing(error.code)) throw error;
      if (isDiskFull(error)) throw new WritesRefused('diskFull', 'no room for a data key', { cause: error });
      throw new EventStoreUnavailable("the data keys can't be reached", { cause: error });
    }
  }
}

const ERASED: SubjectKey = { kind: 'erased' };

const newKeyId = (): string => randomBytes(KEY_ID_BYTES).toString('base64url');

const columnsOf = (subjects: readonly Subject[]): string[][] => [
  subjects.map(({ tenant }) => tenant),
  subjects.map(({ userId }) => userId),
];

/** Connection, rollback (deadlock, serialisation), resources, operator's intervention, system error. */
const isPassing = (sqlState = ''): boolean => ['08', '40', '53', '57', '58'].includes(sqlState.slice(0, 2));
