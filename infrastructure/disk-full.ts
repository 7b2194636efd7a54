import { statfs } from 'node:fs/promises';

/** PostgreSQL's disk_full, of an error or of what it was caused by. */
const DISK_FULL = '53100';

/** The operating system's, when a file of ours has no room: the disk is full, or the user's share of it. */
const NO_ROOM = /^(ENOSPC|EDQUOT)$/;

/** Whether that was the matter: nothing was written, and can be when there is room again. */
export function isDiskFull(error: unknown): boolean {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; depth++) {
    if ('code' in each && typeof each.code === 'string' && (each.code === DISK_FULL || NO_ROOM.test(each.code)))
      return true;
    each = 'driverError' in each && each.driverError !== each ? each.driverError : each.cause;
  }
  return false;
}

/** What PostgreSQL's programs say on their way out. */
const SAID = /No space left on device|Disk quota exceeded/i;

export const saysDiskFull = (text: string): boolean => SAID.test(text);

/** Bytes that are left to users where that file or folder is; undefined where the system doesn't say. */
export async function roomAt(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
