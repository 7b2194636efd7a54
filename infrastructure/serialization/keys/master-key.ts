import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type pg from 'pg';
import type { Subject } from './key-ring.js';

export const MASTER_KEY_BYTES = 32;

/** A key, or all of them, was made under another master key than this process has. */
export class WrongMasterKey extends Error {
  override readonly name = 'WrongMasterKey';
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A data key under the master key, bound to whose it is and to its id: iv, ciphertext, tag. */
export function wrapKey(masterKey: KeyObject, secret: Buffer, subject: Subject, keyId: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, masterKey, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(subject, keyId));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** @throws WrongMasterKey, also when the row was changed or is another person's. */
export function unwrapKey(masterKey: KeyObject, wrapped: Buffer, subject: Subject, keyId: string): KeyObject {
  const decipher = createDecipheriv(CIPHER, masterKey, wrapped.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(subject, keyId));
  decipher.setAuthTag(wrapped.subarray(-TAG_BYTES));
  try {
    const secret = Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    return createSecretKey(secret);
  } catch (error) {
    throw new WrongMasterKey(`data key ${keyId} was not made under this master key`, { cause: error });
  }
}

const boundTo = ({ tenant, userId }: Subject, keyId: string): Buffer =>
  Buffer.from(JSON.stringify(['data key', tenant, userId, keyId]));

/** @throws RangeError unless it has 32 bytes. */
export function masterKeyOf(bytes: Buffer): KeyObject {
  if (bytes.length !== MASTER_KEY_BYTES) throw new RangeError(`a master key has ${String(MASTER_KEY_BYTES)} bytes`);
  return createSecretKey(bytes);
}

/**
 * To be called at start, after the migrations and before anything is sealed: the first process leaves a check value, every
 * other must come to the same. Safe when several start at once on an empty database.
 *
 * @throws WrongMasterKey
 */
export async function verifyMasterKey(pool: pg.Pool, masterKey: Buffer): Promise<void> {
  const key = masterKeyOf(masterKey);
  const expected = checkValueOf(key);
  const found = (await readCheckValue(pool)) ?? (await leaveCheckValue(pool, key, expected));
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
    throw new WrongMasterKey(
      'The data keys of this database were made under another master key. Set PARLEY_MASTER_KEY (or bring keys.json back) to the one it was made with.',
    );
  }
}

const checkValueOf = (key: KeyObject): Buffer => derived(key, 'parley master key check');

/**
 * A key of 32 bytes for a purpose of its own, always the same for the same master key, which nobody learns from it.
 * @throws RangeError unless the master key has 32 bytes
 */
export const derivedKey = (masterKey: Buffer, purpose: string): Buffer => derived(masterKeyOf(masterKey), purpose);

const derived = (key: KeyObject, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', purpose, 32));

async function readCheckValue(pool: pg.Pool): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ value: Buffer }>('SELECT value FROM system.master_key_check');
  return rows[0]?.value;
}

/** Whoever comes first, of several at once, decides; all read what he left. */
async function leaveCheckValue(pool: pg.Pool, key: KeyObject, value: Buffer): Promise<Buffer> {
  await verifyByDataKey(pool, key);
  await pool.query('INSERT INTO system.master_key_check (value) VALUES ($1) ON CONFLICT DO NOTHING', [value]);
  const left = await readCheckValue(pool);
  if (left === undefined) throw new Error('system.master_key_check lost its row');
  return left;
}

/** Keys without a check value: it was lost, and any of the keys can tell as well. */
async function verifyByDataKey(pool: pg.Pool, key: KeyObject): Promise<void> {
  const { rows } = await pool.query<{ tenant: string; user_id: string; key_id: string; wrapped: Buffer }>(
    'SELECT tenant, user_id, key_id, wrapped FROM system.data_key WHERE wrapped IS NOT NULL LIMIT 1',
  );
  const [row] = rows;
  if (row !== undefined) unwrapKey(key, row.wrapped, { tenant: row.tenant, userId: row.user_id }, row.key_id);
}
