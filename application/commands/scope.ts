import { createHash } from 'node:crypto';

/** A hash of texts that no other sequence of texts shares: base64url sha-256 over their JSON. */
export const hashOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
