import { DomainError } from '../../domain/shared/errors.js';
import { FactsNeeded } from './aggregate.js';
import { ApplicationError, type ApplicationErrorName } from './errors.js';
import type { CommandResult } from './request.js';

export interface NamedOutcome {
  readonly outcome: string;
  /** Of `unavailable`. */
  readonly why?: string;
}

/** The server's own fault or want, and not the caller's: every API answers these with its 503. */
const UNAVAILABLE: ReadonlySet<ApplicationErrorName> = new Set([
  'OutcomeUnknown',
  'DeadlinePassed',
  'TooBusy',
  'Contended',
  'HistoryNotUnderstood',
  'Unavailable',
  'DiskFull',
  'AppendDenied',
  'ShuttingDown',
]);

/** How a command ended, by a name of a few dozen (`WatchedCommand`). */
export const outcomeOf = ({
  replayed,
  events,
}: Pick<CommandResult<unknown, unknown>, 'replayed' | 'events'>): string =>
  replayed ? 'repeated' : events === 0 ? 'already-so' : 'ok';

export function outcomeOfError(error: unknown): NamedOutcome {
  if (error instanceof DomainError) return { outcome: error.kind };
  if (error instanceof FactsNeeded) return { outcome: 'again' };
  if (!(error instanceof ApplicationError)) return { outcome: 'failed' };
  return UNAVAILABLE.has(error.kind) ? { outcome: 'unavailable', why: error.kind } : { outcome: error.kind };
}
