import { readFile } from 'node:fs/promises';
import type { EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { NoProof, NoSealKey, type ProofTools, type ShownSeal } from '../../application/ports/proof-tools.js';
import type { Seal, Seals } from '../../application/ports/seals.js';
import { WrongWords } from '../../application/ports/wrong-words.js';
import { openCheckpoint, parseCheckpoint } from '../../application/seals/checkpoint.js';
import type { TreeHead } from '../../application/seals/proofs.js';
import { NoteRefused, type NoteSigner, type NoteVerifier, noteVerifier } from '../../application/seals/signed-note.js';
import { exportLog } from './export-log.js';
import { proveEvent } from './prove.js';
import { sealNow } from './sealer.js';
import { notesIn, type SealsFile } from './seals-file.js';
import { TileProofs } from './tile-proofs.js';
import { verifyLog } from './verify-log.js';

export interface ProofToolsOptions {
  readonly store: EventStore;
  readonly seals: Seals;
  readonly signer: () => Promise<NoteSigner | undefined>;
  readonly file: SealsFile;
  readonly log: Logger;
}

export function proofTools({ store, seals, signer, file, log }: ProofToolsOptions): ProofTools {
  return {
    publicKey: async () => (await signer())?.verifier.text,
    seal: async (signal) => {
      const mine = await signer();
      if (mine === undefined) throw new NoSealKey('There is nothing to sign with: set PARLEY_SEAL_KEY.');
      await sealNow({ store, seals, signer: mine, log, file }, signal);
      const last = await seals.last();
      return last && shown(last);
    },
    checkpoints: async (count) => (await seals.newest(count)).map(shown),
    verify: async ({ keys, checkpoints, onProgress, signal }) => {
      const mine = await signer();
      const verifiers = [...(mine === undefined ? [] : [mine.verifier]), ...keys.map(keyNamed)];
      if (verifiers.length === 0)
        throw new NoSealKey(
          'Whose signatures are to be believed? Set PARLEY_SEAL_KEY, or name a public key with --key.',
        );
      const published = checkpoints === undefined ? [] : await headsIn(checkpoints, verifiers);
      return verifyLog({ store, seals, verifiers, published, onProgress, signal });
    },
    prove: async (event) => {
      const mine = await signer();
      const last = await seals.last();
      const origin = last === undefined ? (mine?.verifier.name ?? 'parley') : originOf(last);
      return proveEvent(event, { store, seals, origin, key: mine?.verifier.text });
    },
    consistency: async (first, second) => {
      const size = (await seals.last())?.size ?? 0;
      if (first > second || second > size) throw new NoProof(`There are ${size.toString()} events under a seal.`);
      const hashes = await new TileProofs(seals).consistency(first, second);
      return hashes.map((hash) => hash.toString('base64'));
    },
    export: async (request) => exportLog(request, { store, seals, originOf, key: (await signer())?.verifier.text }),
  };
}

const shown = ({ size, sealedAt, checkpoint }: Seal): ShownSeal => ({ size, sealedAt, checkpoint });

const originOf = ({ checkpoint }: Seal): string =>
  parseCheckpoint(checkpoint.slice(0, checkpoint.lastIndexOf('\n\n') + 1)).origin;

function keyNamed(text: string): NoteVerifier {
  try {
    return noteVerifier(text);
  } catch (error) {
    throw new WrongWords(`"${text}" is no public key (${error instanceof Error ? error.message : String(error)}).`);
  }
}

/** @throws WrongWords for a file that can't be read, or has a checkpoint that nobody named has signed. */
async function headsIn(path: string, verifiers: readonly NoteVerifier[]): Promise<TreeHead[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new WrongWords(`The checkpoints can't be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return notesIn(text).map((note) => {
    try {
      return openCheckpoint(note, verifiers);
    } catch (error) {
      if (!(error instanceof NoteRefused)) throw error;
      throw new WrongWords(`A checkpoint in ${path} can't be believed: ${error.message}.`);
    }
  });
}
