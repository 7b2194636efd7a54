/** PostgreSQL can't be run here, or not on this directory. The message is for the operator and says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** Another live process owns the directory's server. A further process attaches to it instead (`attachTo`). */
export class DataDirectoryInUse extends EmbeddedPostgresError {
  override readonly name = 'DataDirectoryInUse';

  constructor(
    readonly directory: string,
    /** Of the owner, as its own system counts. */
    readonly pid: number,
  ) {
    super(
      `The data directory ${directory} is in use by another Parley (process ${String(pid)}). ` +
        'Stop that one first, or give this one a DATA_DIR of its own.',
    );
  }
}

/** There is nothing to attach to: no database in the directory, or its server doesn't answer. */
export class NoServerToAttachTo extends EmbeddedPostgresError {
  override readonly name = 'NoServerToAttachTo';
}

export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For a file that may be missing: undefined instead of ENOENT. */
export async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
