import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { addressOf } from '../../api/dialects/dtalk/signature.js';

/** A person with a key, as an app of 002 is one. */
export interface Signer {
  readonly address: string;
  readonly publicKey: string;
  /** The header's value for the middle part given. */
  sign(message: string): string;
}

export function signerOf(privateKey: Uint8Array): Signer {
  const publicKey = Buffer.from(secp256k1.getPublicKey(privateKey, true));
  return {
    address: addressOf(publicKey),
    publicKey: publicKey.toString('hex'),
    sign: (message) => {
      const hash = createHash('sha256').update(message, 'latin1').digest();
      const signed = Buffer.from(secp256k1.sign(hash, privateKey, { prehash: false, format: 'recovered' }));
      // The library puts the recovery id first, 002 last.
      const bytes = Buffer.concat([signed.subarray(1), signed.subarray(0, 1)]);
      return `${bytes.toString('base64')}#${message}#${publicKey.toString('hex')}`;
    },
  };
}

/** Somebody new in each run. */
export const newSigner = (): Signer => signerOf(secp256k1.utils.randomSecretKey());
