import { createHash } from 'node:crypto';

/** A list of ids as a client compares it with its own: whole, or, where it has the same already, not at all. */
interface FullList {
  readonly version: number;
  /** 24 hex digits, the same for the same list as long as it lives. */
  readonly versionID: string;
  readonly equal: boolean;
  readonly ids: readonly string[];
}

/** @param of what the list is one of, `['group', tenant, groupId]`; `known`: what the client made of the ids it has */
export function fullList(of: readonly string[], ids: readonly string[], known: number): FullList {
  const version = idHash(ids);
  const versionID = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 24);
  const equal = version === known;
  return { version, versionID, equal, ids: equal ? [] : ids };
}

/** The largest integer below 2^64 that is a JSON number as it is. */
const LARGEST = 2 ** 64 - 2 ** 11;

/**
 * The first eight bytes of the MD5 of the ids' JSON, as clients of the original reckon it, and 0 of none. They are an
 * unsigned 64-bit integer, which JSON.parse rounds to 53 bits: so it is here, too, and the two are compared alike.
 */
export function idHash(ids: readonly string[]): number {
  if (ids.length === 0) return 0;
  const bytes = createHash('md5').update(JSON.stringify(ids)).digest();
  return Math.min(Number(bytes.readBigUInt64BE()), LARGEST);
}
