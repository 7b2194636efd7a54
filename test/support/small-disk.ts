import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A checkpoint gives segments of the log back in the middle of a test. */
const KEEP_FULL_MS = 50;

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Fills it to the last byte, but for so many, and keeps it full: what PostgreSQL gives back is taken at once. */
  fill(leaveBytes?: number): Promise<void>;
  /** Takes away what filled it. */
  makeRoom(): Promise<void>;
  unmount(): Promise<void>;
}

/** Undefined, and a line that says so, where this test may not mount one (it isn't root, or not on Linux). */
export async function mountSmallDisk(label: string, bytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), `parley-${label}-`));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes.toString()},mode=0755`, 'tmpfs', folder]);
  } catch {
    await rm(folder, { recursive: true, force: true });
    console.log('      skipped: only root may mount the small disk that this is about');
    return undefined;
  }
  await chmod(folder, 0o711);
  const filler = join(folder, 'filler');
  let keeping: NodeJS.Timeout | undefined;
  let filling = Promise.resolve();
  const makeRoom = async (): Promise<void> => {
    clearInterval(keeping);
    await filling;
    await rm(filler, { force: true });
  };
  return {
    folder,
    fill: async (leaveBytes = 0) => {
      clearInterval(keeping);
      const again = (): void => {
        filling = filling.then(() => fill(folder, filler, leaveBytes));
      };
      again();
      await filling;
      keeping = setInterval(again, KEEP_FULL_MS);
    },
    makeRoom,
    unmount: async () => {
      await makeRoom();
      await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function mountFullDisk(label: string): Promise<SmallDisk | undefined> {
  const disk = await mountSmallDisk(label, 4 * 1024 * 1024);
  await disk?.fill();
  return disk;
}

async function fill(folder: string, filler: string, leaveBytes: number): Promise<void> {
  const file = await open(filler, 'a');
  const piece = Buffer.alloc(64 * 1024);
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(folder);
      const left = bavail * bsize - leaveBytes;
      if (left <= 0) return;
      await file.write(piece, 0, Math.min(left, piece.length));
    }
  } catch (error) {
    // The last byte, between our look and our write.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    await file.close();
  }
}
