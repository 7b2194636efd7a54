import { createHash } from 'node:crypto';
import { type Signer, signerOf } from '../dtalk-signer.js';

const signers = new Map<string, Signer>();

/** Whoever asks proves it with a key of his own, the same in each run: the server knows the app admin from its start. */
export function dtalkSigner(who: string): Signer {
  const known = signers.get(who) ?? signerOf(createHash('sha256').update(`dtalk ${who}`).digest());
  signers.set(who, known);
  return known;
}
