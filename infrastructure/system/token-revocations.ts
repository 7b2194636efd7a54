import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { TokenRevocations } from '../../application/ports/tokens.js';
import { ask } from './ask.js';

/** How long another process may still take a token that was revoked here, ms. */
const SEEN_FOR_MS = 2_000;
const ALL_PLATFORMS = 0;

type Revoked = ReadonlyMap<number, number>;

/** In `system.token_revocation`; looked up once per user and two seconds, so that a token's check costs next to nothing. */
export class PostgresTokenRevocations implements TokenRevocations {
  readonly #seen = new LRUCache<string, Promise<Revoked>>({ max: 100_000, ttl: SEEN_FOR_MS });

  constructor(private readonly pool: pg.Pool) {}

  async revoke(tenant: string, userId: string, at: number, platform: number = ALL_PLATFORMS): Promise<void> {
    try {
      await ask(this.pool, {
        text: `INSERT INTO system.token_revocation AS r (tenant, user_id, platform, up_to) VALUES ($1, $2, $3, $4)
               ON CONFLICT (tenant, user_id, platform) DO UPDATE SET up_to = greatest(r.up_to, excluded.up_to)`,
        values: [tenant, userId, platform, at],
      });
    } finally {
      this.#seen.delete(keyOf(tenant, userId));
    }
  }

  async revokedUpTo(tenant: string, userId: string, platform?: number): Promise<number | undefined> {
    const revoked = await this.#revokedOf(tenant, userId);
    const all = revoked.get(ALL_PLATFORMS);
    const own = platform === undefined ? undefined : revoked.get(platform);
    return all === undefined ? own : Math.max(all, own ?? 0);
  }

  #revokedOf(tenant: string, userId: string): Promise<Revoked> {
    const key = keyOf(tenant, userId);
    const seen = this.#seen.get(key);
    if (seen !== undefined) return seen;
    const asked = this.#read(tenant, userId).catch((error: unknown) => {
      this.#seen.delete(key);
      throw error;
    });
    this.#seen.set(key, asked);
    return asked;
  }

  async #read(tenant: string, userId: string): Promise<Revoked> {
    const { rows } = await ask<{ platform: number; up_to: string }>(this.pool, {
      text: 'SELECT platform, up_to FROM system.token_revocation WHERE tenant = $1 AND user_id = $2',
      values: [tenant, userId],
    });
    return new Map(rows.map(({ platform, up_to }) => [platform, Number(up_to)]));
  }
}

const keyOf = (tenant: string, userId: string): string => JSON.stringify([tenant, userId]);
