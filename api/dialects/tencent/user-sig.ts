import { createHmac, timingSafeEqual } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { mostRecent } from '../../../application/most-recent.js';
import { TencentRefused } from './refused.js';

/** For whom a UserSig should be. */
export interface Claimed {
  readonly sdkappid: number;
  readonly identifier: string;
  readonly userSig: string;
}

/** What a right one says, seconds UTC. */
interface Signed {
  readonly until: number;
}

/** Longer than any that the vendor's own code makes, with `userbuf` as well. */
const LONGEST = 4_096;
const LONGEST_INFLATED = 8_192;
const CHARACTERS = /^[A-Za-z0-9*_-]+$/;
const IS_BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Apps call with one UserSig for months: it is looked through once, and only its end again each time. */
export class UserSigs {
  readonly #right = mostRecent<string, Signed>(1_000);

  /**
   * @param secret of the app
   * @param now ms UTC
   * @throws TencentRefused noIdentity, wrongSignature
   */
  verify(claimed: Claimed, secret: string, now: number): void {
    const { sdkappid, identifier, userSig } = claimed;
    const key = JSON.stringify([sdkappid, identifier, userSig]);
    const known = this.#right.get(key);
    const signed = known ?? signedBy(claimed, secret);
    if (known === undefined) this.#right.set(key, signed);
    if (now >= signed.until * 1_000) throw new TencentRefused('wrongSignature', 'the usersig has expired');
  }
}

/**
 * Reads a UserSig of version 2.0: JSON with what is said and the HMAC-SHA256 of it under the app's secret, zlib, base64 with `* - _` for
 * `+ / =`.
 * @throws TencentRefused noIdentity, wrongSignature. The end isn't looked at.
 */
function signedBy({ sdkappid, identifier, userSig }: Claimed, secret: string): Signed {
  const said = documentOf(userSig);
  const { 'TLS.identifier': who, 'TLS.sdkappid': app, 'TLS.time': time, 'TLS.expire': lasting } = said;
  const { 'TLS.userbuf': extra, 'TLS.sig': signature } = said;
  if (!isWhole(time) || !isWhole(lasting) || typeof signature !== 'string' || !IS_BASE64.test(signature)) unreadable();
  if (extra !== undefined && typeof extra !== 'string') unreadable();
  if (who !== identifier) throw new TencentRefused('wrongSignature', 'the usersig is for another identifier');
  if (app !== sdkappid) throw new TencentRefused('wrongSignature', 'the usersig is for another sdkappid');
  const signed =
    `TLS.identifier:${identifier}\nTLS.sdkappid:${sdkappid.toString()}\n` +
    `TLS.time:${time.toString()}\nTLS.expire:${lasting.toString()}\n` +
    (extra === undefined ? '' : `TLS.userbuf:${extra}\n`);
  const right = createHmac('sha256', secret).update(signed).digest();
  const given = Buffer.from(signature, 'base64');
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new TencentRefused('wrongSignature', 'the usersig was not made with the secret of this sdkappid');
  }
  return { until: time + lasting };
}

function documentOf(userSig: string): Readonly<Record<string, unknown>> {
  if (userSig.length > LONGEST || !CHARACTERS.test(userSig)) unreadable();
  const base64 = userSig.replaceAll('*', '+').replaceAll('-', '/').replaceAll('_', '=');
  if (!IS_BASE64.test(base64)) unreadable();
  let said: unknown;
  try {
    // Bounded: a few bytes may be inflated to gigabytes.
    said = JSON.parse(inflateSync(Buffer.from(base64, 'base64'), { maxOutputLength: LONGEST_INFLATED }).toString());
  } catch {
    unreadable();
  }
  return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : unreadable();
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function unreadable(): never {
  throw new TencentRefused('noIdentity', 'the usersig can not be read');
}
