import { createHash } from 'node:crypto';
import { createBase58check } from '@scure/base';

/**
 * The ids of people whom their key proves (002): Bitcoin's first form of an address, Base58Check of a version byte 0 and 20
 * bytes that are a hash of the public key. Whoever shows a signature of that key is that user; nobody else may ever become him.
 */

const base58check = createBase58check((bytes: Uint8Array) =>
  Uint8Array.from(createHash('sha256').update(bytes).digest()),
);

const VERSION = 0;
const HASH_BYTES = 20;
/** What such an address can look like, so that other ids cost no hash. */
const FORM = /^1[1-9A-HJ-NP-Za-km-z]{25,33}$/;

/** @param keyHash 20 bytes: ripemd-160 of sha-256 of the compressed public key */
export const keyAddress = (keyHash: Uint8Array): string => base58check.encode(Uint8Array.from([VERSION, ...keyHash]));

/** Whether an id is the address of a key: its form and its checksum say so. */
export function isKeyAddress(id: string): boolean {
  if (!FORM.test(id)) return false;
  try {
    const bytes = base58check.decode(id);
    return bytes.length === 1 + HASH_BYTES && bytes[0] === VERSION;
  } catch {
    return false;
  }
}
