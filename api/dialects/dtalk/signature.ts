import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { mostRecent } from '../../../application/most-recent.js';
import { keyAddress } from '../../../application/key-address.js';
import { DtalkRefused } from './refused.js';

/** What a right signature says: who, and when by his own clock. */
export interface Signed {
  /** The address of his key. */
  readonly userId: string;
  /** ms UTC; an int64, of which a number is near enough. */
  readonly at: number;
}

/** How long a signature is good, and how far ahead of the server's a clock may be, ms. */
const WINDOW_MS = 120_000;

const SIGNATURE_BYTES = 65;
const KEY_BYTES = 33;
const INT64 = 2n ** 63n;

/**
 * Reads the header `FZM-SIGNATURE: <signature>#<time>*<anything>#<public key>`: standard base64 of r, s and the recovery id;
 * milliseconds; hex of the compressed key. The signature, over the sha-256 of the whole middle part, must give that very key
 * back. The time isn't looked at.
 * @throws DtalkRefused badSignature
 */
export function signedBy(header: string): Signed {
  const [encoded = '', message, keyText] = header.split('#');
  const [time, rest] = message?.split('*') ?? [];
  if (keyText === undefined || message === undefined || time === undefined || rest === undefined) refuse();
  const at = int64(time) ?? refuse();
  const signature = base64(encoded, SIGNATURE_BYTES) ?? refuse();
  const key = hex(keyText, KEY_BYTES) ?? refuse();
  if (!(recovered(signature, message)?.equals(key) ?? false)) refuse();
  return { userId: addressOf(key), at: Number(at) };
}

/** ripemd-160 of sha-256 of the compressed key, as an address. */
export const addressOf = (key: Uint8Array): string => keyAddress(ripemd160(sha256(key)));

/**
 * One token is used for a minute or more, for every call: it is looked through once, and only its time again each time.
 */
export class Signatures {
  readonly #right = mostRecent<string, Signed>(REMEMBERED);

  /** @throws DtalkRefused badSignature, expired (also for what is dated further ahead than clocks may differ) */
  verify(header: string, now: number): Signed {
    const known = this.#right.get(header);
    const signed = known ?? signedBy(header);
    if (known === undefined && header.length <= LONGEST_REMEMBERED) this.#right.set(header, signed);
    // The original loses the milliseconds of the time.
    const until = Math.floor(signed.at / 1_000) * 1_000 + WINDOW_MS;
    if (now > until || signed.at > now + WINDOW_MS) throw new DtalkRefused('signatureExpired');
    return signed;
  }
}

/** Of which one takes some 500 bytes. */
const REMEMBERED = 20_000;
/** The middle part may hold anything, which isn't to be kept in memory. */
const LONGEST_REMEMBERED = 512;

/** The key that made the signature, compressed; undefined: none did. */
function recovered(signature: Buffer, message: string): Buffer | undefined {
  const recovery = signature.readUInt8(SIGNATURE_BYTES - 1);
  // The original's library knows signatures in their lower form alone, as far as this bit says.
  const isHigh = (signature.readUInt8(32) & 0x80) !== 0;
  if (recovery > 3 || isHigh) return undefined;
  // Headers come as one character for each byte.
  const hash = sha256(Buffer.from(message, 'latin1'));
  try {
    const made = secp256k1.Signature.fromBytes(signature.subarray(0, -1), 'compact').addRecoveryBit(recovery);
    return Buffer.from(made.recoverPublicKey(hash).toBytes(true));
  } catch {
    return undefined; // r or s is none, or there is no such point
  }
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

function int64(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,30}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -INT64 && value < INT64 ? value : undefined;
}

function base64(text: string, length: number): Buffer | undefined {
  if (text.length !== Math.ceil(length / 3) * 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length ? bytes : undefined;
}

function hex(text: string, length: number): Buffer | undefined {
  const digits = text.replace('0x', '');
  return digits.length === length * 2 && /^[0-9a-f]*$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined;
}

function refuse(): never {
  throw new DtalkRefused('badSignature');
}
