import { createHmac } from 'node:crypto';

/** 32 hex digits: a key of AES-128. */
const DIGITS = 32;

/**
 * The key with which 002's clients encrypt a group's name and messages among themselves; its members alone are told. It is stored
 * nowhere: it follows from a secret of the server, for every group there is, whichever API made it, and is the same after a
 * rebuild, on a copy of the store, and whoever was erased, as long as the master key is. An id that is used again after a
 * dismissal gets another one.
 */
export class GroupKeys {
  /** @param secret 32 bytes that nobody outside knows, the same for as long as the keys shall be */
  constructor(private readonly secret: Uint8Array) {}

  keyOf(tenant: string, { groupId, incarnation }: { readonly groupId: string; readonly incarnation: number }): string {
    return createHmac('sha256', this.secret)
      .update(JSON.stringify([tenant, groupId, incarnation]))
      .digest('hex')
      .slice(0, DIGITS);
  }
}
