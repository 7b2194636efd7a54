import type { LRUCache } from 'lru-cache';
import { mostRecent } from '../../application/most-recent.js';
import type pg from 'pg';
import type { EndOptions, Sessions, TokenClaims } from '../../application/ports/tokens.js';
import { ask } from './ask.js';

/** How long another process may still take a token whose session was ended here, ms. */
const SEEN_FOR_MS = 2_000;
export const ALL_PLATFORMS = 0;
/** What people hold in their hands (003's platforms without the admin's): a session of no platform ends with the last of them. */
const PLATFORMS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

interface Ends {
  /** Tokens of an older generation have ended. */
  readonly generation: number;
  /** This one hasn't. */
  readonly spared: string | undefined;
  /** Neither have those without a generation which were issued later, ms UTC. */
  readonly upTo: number;
}
/** By platform. */
type EndsOfUser = ReadonlyMap<number, Ends>;

/**
 * In `system.token_revocation` and `system.ended_session`; each looked up once per two seconds, so that a token's check
 * costs next to nothing.
 */
export class PostgresSessions implements Sessions {
  readonly #seen = mostRecent<string, Promise<EndsOfUser>>(100_000, { ttl: SEEN_FOR_MS });
  readonly #open = mostRecent<string, Promise<boolean>>(100_000, { ttl: SEEN_FOR_MS });

  constructor(private readonly pool: pg.Pool) {}

  async generation(tenant: string, userId: string): Promise<number> {
    const { rows } = await ask<{ generation: string }>(this.pool, {
      name: 'sessions-generation',
      text: 'SELECT coalesce(max(generation), 0) AS generation FROM system.token_revocation WHERE tenant = $1 AND user_id = $2',
      values: [tenant, userId],
    });
    return Number(rows[0]?.generation);
  }

  async endAll(tenant: string, userId: string, { platform = ALL_PLATFORMS }: EndOptions = {}): Promise<void> {
    try {
      await ask(this.pool, { text: endSessions('true'), values: [tenant, userId, platform, null] });
    } finally {
      this.forget(tenant, userId);
    }
  }

  async end({ tokenId, expiresAt }: TokenClaims): Promise<void> {
    try {
      await ask(this.pool, {
        text: `INSERT INTO system.ended_session (token_id, expires_at) VALUES ($1, to_timestamp($2::float8 / 1000))
               ON CONFLICT DO NOTHING`,
        values: [tokenId, expiresAt],
      });
    } finally {
      this.#open.delete(tokenId);
    }
  }

  async hasEnded(session: TokenClaims): Promise<boolean> {
    const { tenant, userId, generation = 0 } = session;
    const [ends, open] = await Promise.all([this.#endsOf(tenant, userId), this.#isOpen(session)]);
    if (!open) return true;
    if (generation <= newest(ends)) return isPast(session, ends);
    // Begun in another process a moment ago; or before the database was brought back from a backup that knows nothing of it.
    this.forget(tenant, userId);
    const fresh = await this.#endsOf(tenant, userId);
    return generation > newest(fresh) || isPast(session, fresh);
  }

  /** What is known here of the user's sessions is looked up anew. */
  forget(tenant: string, userId: string): void {
    this.#seen.delete(keyOf(tenant, userId));
  }

  /** Deletes what is of no use any more. Gives how many. */
  async purgeExpired(): Promise<number> {
    const { rowCount } = await ask(this.pool, {
      text: "DELETE FROM system.ended_session WHERE expires_at < now() - interval '1 day'",
    });
    return rowCount ?? 0;
  }

  #endsOf(tenant: string, userId: string): Promise<EndsOfUser> {
    return remembered(this.#seen, keyOf(tenant, userId), () => this.#readEnds(tenant, userId));
  }

  #isOpen({ tokenId }: TokenClaims): Promise<boolean> {
    return remembered(this.#open, tokenId, async () => {
      const { rowCount } = await ask(this.pool, {
        name: 'session-ended',
        text: 'SELECT 1 FROM system.ended_session WHERE token_id = $1',
        values: [tokenId],
      });
      return rowCount === 0;
    });
  }

  async #readEnds(tenant: string, userId: string): Promise<EndsOfUser> {
    const { rows } = await ask<{ platform: number; generation: string; spared: string | null; up_to: string }>(
      this.pool,
      {
        name: 'sessions-ends',
        text: 'SELECT platform, generation, spared, up_to FROM system.token_revocation WHERE tenant = $1 AND user_id = $2',
        values: [tenant, userId],
      },
    );
    return new Map(
      rows.map(({ platform, generation, spared, up_to }) => [
        platform,
        { generation: Number(generation), spared: spared ?? undefined, upTo: Number(up_to) },
      ]),
    );
  }
}

/**
 * Begins a generation of the sessions of user $2 in tenant $1, for platform $3 and all but token $4, where the condition
 * holds. Whoever ends some at the same moment counts on from here.
 */
export const endSessions = (condition: string): string => `
  INSERT INTO system.token_revocation AS r (tenant, user_id, platform, generation, spared)
  SELECT $1, $2, $3::integer, (SELECT coalesce(max(generation), 0) + 1 FROM system.token_revocation WHERE tenant = $1 AND user_id = $2), $4::text
  WHERE ${condition}
  ON CONFLICT (tenant, user_id, platform)
    DO UPDATE SET generation = greatest(r.generation + 1, excluded.generation), spared = excluded.spared`;

const newest = (ends: EndsOfUser): number => Math.max(0, ...[...ends.values()].map(({ generation }) => generation));

function isPast({ platform, tokenId, generation, issuedAt }: TokenClaims, ends: EndsOfUser): boolean {
  const past = (of: number): boolean => {
    const end = ends.get(of);
    if (end === undefined || end.spared === tokenId) return false;
    return (generation ?? 0) < end.generation || (generation === undefined && issuedAt <= end.upTo);
  };
  return past(ALL_PLATFORMS) || (platform === undefined ? PLATFORMS.every(past) : past(platform));
}

function remembered<Value>(
  cache: LRUCache<string, Promise<Value>>,
  key: string,
  look: () => Promise<Value>,
): Promise<Value> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const looked = look().catch((error: unknown) => {
    if (cache.peek(key) === looked) cache.delete(key);
    throw error;
  });
  cache.set(key, looked);
  return looked;
}

const keyOf = (tenant: string, userId: string): string => JSON.stringify([tenant, userId]);
