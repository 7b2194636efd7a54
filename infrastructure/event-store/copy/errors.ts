/** The stores can't be copied as they are; the message tells the operator why and what to do. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
}

/** The target's stream has something else at that place; nothing of the append was written. */
export const conflictAt = (stream: string, revision: number): CopyRefused =>
  new CopyRefused(
    `The target holds something else at revision ${revision.toString()} of ${stream}. ` +
      'Does a Parley server, or another copy, write to it? Stop that; a target with other events can not be used.',
  );

/** The database has no tables of a log. */
export class NoLogThere extends CopyRefused {}
