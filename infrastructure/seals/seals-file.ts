import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Seals } from '../../application/ports/seals.js';

/** Read from the file's end to find the last checkpoint in it, bytes: a signed note takes some 200. */
const TAIL_BYTES = 64 * 1024;
const PAGE = 1_000;

/** Signed notes one after the other, an empty line between two. */
export const notesIn = (text: string): string[] =>
  text.split(/(?<=\n\u2014 [^\n]*\n)\n/).filter((note) => note.trim() !== '');

/** The checkpoints in a file beside the data, so that who can change the database has not changed that yet. */
export class SealsFile {
  constructor(readonly path: string) {}

  /** Writes down what it doesn't have yet, in order. @throws what the file system fails with */
  async catchUp(seals: Pick<Seals, 'page'>): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.path, 'a+', 0o644);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      await file.read(bytes, 0, bytes.length, size - bytes.length);
      const tail = bytes.toString();
      // A process that was killed may have left half a note.
      if (size > 0 && !/\n\u2014 [^\n]*\n\n$/.test(tail)) await file.appendFile('\n\n');
      const last = notesIn(tail)
        .flatMap((note) => /^[^\n]+\n(\d+)\n[^\n]+\n\n\u2014 [^\n]+\n$/.exec(note)?.[1] ?? [])
        .at(-1);
      for (let after = Number(last ?? 0); ;) {
        const page = await seals.page(after, PAGE);
        const newest = page.at(-1);
        if (newest === undefined) break;
        await file.appendFile(page.map(({ checkpoint }) => `${checkpoint}\n`).join(''));
        after = newest.size;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}
