import { hash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../../application/ports/logger.js';
import { type NoteSigner, noteSigner } from '../../application/seals/signed-note.js';
import { type Config, ConfigInvalid } from './config.js';
import { decodeMasterKey } from './environment.js';
import { createPrivateFile } from './private-file.js';

/** Named after its key, a log has one name wherever it is copied to, and no two have the same. */
const nameAfter = (signer: NoteSigner): string =>
  `parley/${hash('sha256', signer.verifier.text.slice(signer.verifier.text.lastIndexOf('+') + 1), 'hex').slice(0, 16)}`;

export function signerOf(seed: Uint8Array, origin: string | undefined): NoteSigner {
  return noteSigner(origin ?? nameAfter(noteSigner('parley', seed)), seed);
}

/**
 * The key that signs: as configured, else from the data directory, else a new one where nothing was signed yet and the
 * database is Parley's own. Undefined when there is none.
 * @throws ConfigInvalid when its file is damaged.
 */
export async function resolveSealKey(
  { sealing, dataDir, databaseUrl }: Pick<Config, 'sealing' | 'dataDir' | 'databaseUrl'>,
  { isSealed, log }: { readonly isSealed: () => Promise<boolean>; readonly log: Logger },
): Promise<NoteSigner | undefined> {
  if (sealing.key !== undefined) return signerOf(sealing.key, sealing.origin);
  if (databaseUrl !== undefined) return undefined;
  const file = join(resolve(dataDir), 'seal-key');
  const saved = await readKey(file);
  if (saved !== undefined) return signerOf(saved, sealing.origin);
  if (await isSealed()) {
    log.error(
      { file },
      'the key that signed the log so far is gone; bring its file back, or set PARLEY_SEAL_KEY to go on with another',
    );
    return undefined;
  }
  const seed = randomBytes(32);
  await createPrivateFile(file, `${seed.toString('base64')}\n`);
  log.info(
    { file },
    'made a new key that signs the log; keep a copy of this file where nobody who changes the log can read it',
  );
  return signerOf(seed, sealing.origin);
}

async function readKey(file: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const seed = decodeMasterKey(text.trim());
  if (seed === undefined) throw new ConfigInvalid([`The key file ${file} is damaged. Bring it back from a backup.`]);
  return seed;
}
