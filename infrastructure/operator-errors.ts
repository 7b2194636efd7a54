import { EventStoreUnavailable } from '../application/ports/event-store.js';
import { DatabaseUnavailable } from '../application/ports/unavailable.js';
import { ConfigInvalid } from './config/config.js';
import { DatabaseUnreachable } from './database.js';
import { isDiskFull } from './disk-full.js';
import { EmbeddedPostgresError } from './embedded-postgres/errors.js';
import { CopyRefused } from './event-store/copy/errors.js';
import { isAway } from './postgres/reachable.js';
import { WrongMasterKey } from './serialization/keys/master-key.js';
import { SystemCopyRefused } from './system/copy-system.js';

/** What an operator is told of a failure that he can do something about; undefined of another. */
export function forOperator(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isDiskFull(error)) return `The disk is full (${error.message}). Make room and try again.`;
  const saysItself =
    error instanceof ConfigInvalid ||
    error instanceof CopyRefused ||
    error instanceof DatabaseUnreachable ||
    error instanceof EmbeddedPostgresError ||
    error instanceof EventStoreUnavailable ||
    error instanceof SystemCopyRefused ||
    error instanceof WrongMasterKey;
  if (saysItself) return error.message;
  if (error instanceof DatabaseUnavailable || isAway(error)) {
    const why = error instanceof DatabaseUnavailable && error.cause instanceof Error ? error.cause : error;
    return `PostgreSQL went away or does not answer (${why.message}). Run the same again when it is there.`;
  }
  return undefined;
}
