import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

/** Signed notes with Ed25519 (https://c2sp.org/signed-note): text, an empty line, a line for each signature. */

/** The signature type of the specification, which begins an encoded key. */
const ED25519 = 0x01;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** DER in front of the 32 bytes (RFC 8410), which node:crypto doesn't take bare. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Whoever signs. */
export interface NoteSigner {
  readonly verifier: NoteVerifier;
  readonly key: KeyObject;
}

/** Who is believed. */
export interface NoteVerifier {
  readonly name: string;
  /** 4 bytes. */
  readonly id: Buffer;
  readonly key: KeyObject;
  /** `name+id+key`, as Go's sumdb/note and witnesses take it. */
  readonly text: string;
}

/** A note that can't be believed; the message says why. */
export class NoteRefused extends Error {
  override readonly name = 'NoteRefused';
}

/** Names hold no space, no + and no control character, so that a line can be taken apart. */
export const isKeyName = (name: string): boolean => /^[^\s+\p{Cc}]+$/u.test(name);

/** @param seed the private key's 32 bytes (RFC 8032) */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const bytes = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  return { key, verifier: verifierOf(name, bytes) };
}

/** @param text `name+id+key` @throws NoteRefused */
export function noteVerifier(text: string): NoteVerifier {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text);
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (!isKeyName(name) || bytes.toString('base64') !== encoded)
    throw new NoteRefused('a public key has the form name+id+key');
  if (bytes[0] !== ED25519 || bytes.length !== 1 + KEY_BYTES) throw new NoteRefused('it is no Ed25519 key');
  const verifier = verifierOf(name, bytes.subarray(1));
  if (verifier.id.toString('hex') !== id) throw new NoteRefused("the key's id is not that of its name and bytes");
  return verifier;
}

function verifierOf(name: string, bytes: Buffer): NoteVerifier {
  if (!isKeyName(name)) throw new NoteRefused("a key's name holds no space and no +");
  const typed = Buffer.concat([Buffer.of(ED25519), bytes]);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4);
  return {
    name,
    id,
    key: createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' }),
    text: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
  };
}

/** @param text ends with a newline */
export function signNote(text: string, { verifier, key }: NoteSigner): string {
  if (!text.endsWith('\n')) throw new NoteRefused("a note's text ends with a newline");
  const signature = Buffer.concat([verifier.id, sign(null, Buffer.from(text), key)]);
  return `${text}\n\u2014 ${verifier.name} ${signature.toString('base64')}\n`;
}

/**
 * The note's text, when a verifier's signature is under it. Signatures of others are left alone; one of a verifier's that
 * doesn't hold makes the whole note void.
 * @throws NoteRefused
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): string {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || hasControl(note)) throw new NoteRefused('it is no signed note');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  let believed = false;
  for (const line of lines) {
    const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const [, name = '', encoded = ''] = match ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    // The last characters of base64 can say the same bytes in several ways: one of them is right.
    if (match === null || bytes.length < 5 || bytes.toString('base64') !== encoded)
      throw new NoteRefused('a signature line is not as it must be');
    const verifier = verifiers.find((each) => each.name === name && each.id.equals(bytes.subarray(0, 4)));
    if (verifier === undefined) continue;
    const signature = bytes.subarray(4);
    const holds = signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(text), verifier.key, signature);
    if (!holds) throw new NoteRefused(`the signature of ${name} does not hold`);
    believed = true;
  }
  if (!believed) throw new NoteRefused('no signature under it is of a key that was named');
  return text;
}

/** ASCII's, but for the newline. */
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
}
