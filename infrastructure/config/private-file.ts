import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Files with secrets: mode 0600, on disk when the promise resolves. Made by root in a folder of another user they belong
 * to that user, so he can go on alone. Never written through an existing name, which there could be a link to any file.
 */
export async function createPrivateFile(path: string, text: string, owner?: FileOwner): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    try {
      await giveToFolderOwner(file, path, owner);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    // Half a file (the disk is full) is nothing to find later.
    await rm(path, { force: true });
    throw error;
  }
}

/** Readers see the old text or the new one, never a part. */
export async function replacePrivateFile(path: string, text: string, owner?: FileOwner): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await createPrivateFile(temporary, text, owner);
  await rename(temporary, path);
}

export async function giveToFolderOwner(file: FileHandle, path: string, owner?: FileOwner): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = owner ?? (await stat(dirname(path)));
  if (uid !== 0) await file.chown(uid, gid);
}
