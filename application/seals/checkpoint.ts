import { type Hash, HASH_BYTES } from './merkle.js';
import { NoteRefused, type NoteSigner, type NoteVerifier, openNote, signNote } from './signed-note.js';

/** What a log's owner signs (https://c2sp.org/tlog-checkpoint): so many events, in this order, with this root over them. */
export interface Checkpoint {
  /** Whose log it is; also the name of the key that signs. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** The note's text. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size.toString()}\n${root.toString('base64')}\n`;

/** A signed note. */
export const signCheckpoint = (head: Omit<Checkpoint, 'origin'>, signer: NoteSigner): string =>
  signNote(checkpointText({ origin: signer.verifier.name, ...head }), signer);

/** @throws NoteRefused when it isn't signed by one of these, or is no checkpoint of his. */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, verifiers));
  if (!verifiers.some(({ name }) => name === checkpoint.origin))
    throw new NoteRefused(`the checkpoint is of another log, "${checkpoint.origin}"`);
  return checkpoint;
}

/** @throws NoteRefused */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const bytes = Buffer.from(root, 'base64');
  const isWhole = origin !== '' && /^(0|[1-9]\d*)$/.test(size) && Number.isSafeInteger(Number(size));
  // After the last newline there is nothing; lines between are extensions, of which none says anything here.
  const isEnded = rest.at(-1) === '' && rest.slice(0, -1).every((line) => line !== '');
  if (!isWhole || !isEnded || bytes.length !== HASH_BYTES || bytes.toString('base64') !== root)
    throw new NoteRefused('the text is no checkpoint');
  return { origin, size: Number(size), root: bytes };
}
