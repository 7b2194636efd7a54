import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto';

/** What one ciphertext is bound to: moved to another event or field, it can't be decrypted. */
export interface FieldPlace {
  readonly tenant: string;
  readonly eventId: string;
  readonly type: string;
  /** As in the registry, `card`. */
  readonly path: string;
}

/** Stored instead of a ciphertext when the subject's key was already destroyed. */
export const ERASED = 'enc0';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `enc1.<key id>.<iv>.<ciphertext+tag>` (docs/events.md "Stored bytes"). */
export function encryptField(plaintext: string, keyId: string, secret: KeyObject, place: FieldPlace): string {
  const iv = freshIv();
  const cipher = createCipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(place));
  const text = cipher.update(plaintext, 'utf8');
  const sealed = Buffer.concat([text, cipher.final(), cipher.getAuthTag()]);
  return `enc1.${keyId}.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
}

/** @throws Error when the key or the place is another one, or a bit was changed. */
export function decryptField(field: EncryptedField, secret: KeyObject, place: FieldPlace): string {
  const decipher = createDecipheriv(CIPHER, secret, field.iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(place));
  decipher.setAuthTag(field.sealed.subarray(-TAG_BYTES));
  const text = decipher.update(field.sealed.subarray(0, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}

export interface EncryptedField {
  readonly keyId: string;
  readonly iv: Buffer;
  /** Ciphertext, then tag. */
  readonly sealed: Buffer;
}

const FORM = /^enc1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

/** Undefined when the text is no encrypted field. */
export function parseField(text: string): EncryptedField | undefined {
  const match = FORM.exec(text);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined;
  return { keyId: match[1], iv: Buffer.from(match[2], 'base64url'), sealed: Buffer.from(match[3], 'base64url') };
}

const additionalData = ({ tenant, eventId, type, path }: FieldPlace): Buffer =>
  Buffer.from(JSON.stringify([tenant, eventId, type, path]));

/** Random bytes are drawn for many IVs at once: one call to the system's generator costs as much as an encryption. */
const ivs = Buffer.alloc(IV_BYTES * 256);
let nextIv = ivs.length;

function freshIv(): Buffer {
  if (nextIv === ivs.length) {
    randomFillSync(ivs);
    nextIv = 0;
  }
  return Buffer.from(ivs.subarray(nextIv, (nextIv += IV_BYTES)));
}
