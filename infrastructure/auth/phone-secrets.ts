import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { PhoneSecrets } from '../../application/ports/phone-secrets.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Under keys of their own that follow from the master key, as the data keys stand under it. */
export class MasterKeyPhoneSecrets implements PhoneSecrets {
  readonly #names: KeyObject;
  readonly #codes: KeyObject;
  readonly #sealing: KeyObject;

  constructor(masterKey: Buffer) {
    const keyFor = (purpose: string): KeyObject =>
      createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, '', `parley ${purpose}`, 32)));
    this.#names = keyFor('phone names');
    this.#codes = keyFor('phone codes');
    this.#sealing = keyFor('phone sealing');
  }

  printOf(tenant: string, phone: string): string {
    return printUnder(this.#names, tenant, phone);
  }

  codePrintOf(tenant: string, phone: string, code: string): string {
    return printUnder(this.#codes, tenant, phone, code);
  }

  seal(tenant: string, phone: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#sealing, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(tenant));
    return Buffer.concat([iv, cipher.update(phone, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  open(tenant: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv(CIPHER, this.#sealing, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(tenant));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}

const printUnder = (key: KeyObject, ...parts: readonly string[]): string =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
