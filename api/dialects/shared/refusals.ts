import { ApplicationError, type ApplicationErrorName } from '../../../application/commands/errors.js';
import { EventUnreadable } from '../../../application/ports/envelope.js';
import { EventStoreUnavailable } from '../../../application/ports/event-store.js';
import { TokenRejected } from '../../../application/ports/tokens.js';
import { DatabaseUnavailable, ReadModelUnavailable } from '../../../application/ports/unavailable.js';
import { DomainError, type DomainErrorFacts, type DomainErrorName } from '../../../domain/shared/errors.js';
import { NO_ID } from '../../../domain/shared/ids.js';
import { InputInvalid } from '../../http/validation.js';
import { CallerUnknown } from './context.js';

/** Who asked for what, as far as a refusal depends on it. */
export interface Asked {
  /** The operation: `/group/kick_group`, `DELETE /group/fav`. */
  readonly path: string;
  /** The user who acts. */
  readonly by?: string;
}

/** What a refusal of the domain is called, whatever is asked; or as it is asked. */
export type Rule<Facts, Code> = Code | ((facts: Facts, asked: Asked) => Code);

/** Exhaustive: a refusal of the domain without a form in the dialect does not compile (docs/rules.md A15). */
export type DomainRules<Code> = { readonly [Name in DomainErrorName]: Rule<DomainErrorFacts[Name], Code> };

/** What could not be read of a request's body. */
export type BodyFault = 'tooLarge' | 'notJson' | 'unreadable';

/**
 * How a dialect says what is refused. Every kind of refusal stands in it, and in those that have names every name, so that
 * none is left out when one is added. `Code` is what the dialect calls a refusal of the domain, `Refusal` what it sends.
 */
export interface RefusalTable<Code extends string | object, Refusal extends object> {
  readonly domain: DomainRules<Code>;
  /** Where one operation says it in another way, by its name. */
  readonly particular?: Readonly<Record<string, Partial<DomainRules<Code>>>>;
  readonly ofDomain: (code: Code, error: DomainError, asked: Asked) => Refusal;
  readonly application: Readonly<Record<ApplicationErrorName, Refusal>>;
  readonly token: Readonly<Record<TokenRejected['fault'], Refusal>>;
  /** What doesn't fit the operation's classes, or a header. */
  readonly ofInput: (error: InputInvalid, asked: Asked) => Refusal;
  readonly body: Readonly<Record<BodyFault, Refusal>>;
  /** The path has a broken escape. */
  readonly brokenPath: Refusal;
  readonly callerUnknown: Refusal;
  readonly readModelAway: (name: string) => Refusal;
  /** The dialect's own refusals, before or beside the domain; undefined: it is none of them. */
  readonly ofOwn: (error: unknown) => Refusal | undefined;
}

/** The refusal that an error is; undefined: it is none, but a defect. */
export type RefusalOf<Refusal> = (error: unknown, asked: Asked) => Refusal | undefined;

export function refusalsBy<Code extends string | object, Refusal extends object>(
  table: RefusalTable<Code, Refusal>,
): RefusalOf<Refusal> {
  const codeOf = ({ kind, facts }: DomainError, asked: Asked): Code => {
    const rule: unknown = table.particular?.[asked.path]?.[kind] ?? table.domain[kind];
    // The rule of that very kind, so the facts are the ones that it knows.
    return typeof rule === 'function' ? (rule as (facts: unknown, asked: Asked) => Code)(facts, asked) : (rule as Code);
  };
  const ofApplication = ({ kind }: ApplicationError): Refusal => table.application[kind];
  return (error, asked) => {
    const own = table.ofOwn(error);
    if (own !== undefined) return own;
    if (error instanceof InputInvalid) return table.ofInput(error, asked);
    if (error instanceof DomainError) return table.ofDomain(codeOf(asAbsence(error), asked), error, asked);
    if (error instanceof ApplicationError) return ofApplication(error);
    if (error instanceof TokenRejected) return table.token[error.fault];
    if (error instanceof CallerUnknown) return table.callerUnknown;
    if (error instanceof URIError) return table.brokenPath;
    if (error instanceof EventUnreadable) return table.application.HistoryNotUnderstood;
    if (error instanceof ReadModelUnavailable) return table.readModelAway(error.readModel);
    if (error instanceof EventStoreUnavailable || error instanceof DatabaseUnavailable) {
      return table.application.Unavailable;
    }
    const fault = bodyFaultOf(error);
    return fault === undefined ? undefined : table.body[fault];
  };
}

/** Whether this is the domain's refusal of that name. */
export const isRefusal = <Name extends DomainErrorName>(error: unknown, name: Name): error is DomainError<Name> =>
  error instanceof DomainError && error.kind === name;

/** What can't be an id is told like one that nobody has: the form is for ids that are chosen, and those are checked before (docs/rules.md A13). */
function asAbsence(error: DomainError): DomainError {
  if (!isRefusal(error, 'InvalidArgument') || error.facts.reason !== NO_ID) return error;
  return error.facts.field === 'groupId'
    ? new DomainError('GroupNotFound', { groupId: '' })
    : new DomainError('UserNotFound', { userIds: [] });
}

/** What reads bodies says with errors that have a status and a `type`. */
function bodyFaultOf(error: unknown): BodyFault | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number') {
    return undefined;
  }
  if (error.status >= 500) return undefined;
  const type = 'type' in error ? error.type : '';
  return type === 'entity.too.large' ? 'tooLarge' : type === 'entity.parse.failed' ? 'notJson' : 'unreadable';
}
