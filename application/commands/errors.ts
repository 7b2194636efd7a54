/**
 * What can go wrong between a request and the domain, by name with facts: the counterpart of `DomainError`. Every API
 * maps all names in one exhaustive record.
 */
export interface ApplicationErrorFacts {
  /** The same idempotency key came with another body, or for another resource (422). */
  IdempotencyKeyReused: { readonly operation: string };
  /** The store didn't say in time whether the command was written; it may or may not take effect (503). Repeat with the same idempotency key. */
  OutcomeUnknown: { readonly stream: string };
  /** The command waited until its deadline. Nothing was written and it will not be tried again (503). */
  DeadlinePassed: { readonly stream: string };
  /** Too many wait already. Nothing was written (503). */
  TooBusy: { readonly waiting: number };
  /** Others wrote first each time. Nothing was written (503). */
  Contended: { readonly stream: string; readonly tries: number };
  /** The history has an event that this version doesn't know, or that can't be read, so it can't decide (503). Nothing was written. */
  HistoryNotUnderstood: { readonly stream: string; readonly revision: number; readonly type: string };
  /** A store that is needed doesn't answer. Nothing was written (503). */
  Unavailable: { readonly what: string };
  /** The disk that commands write to is full (503). Nothing was written, and nothing is until there is room. */
  DiskFull: Record<string, never>;
  /** The event store's own access rules forbid it (503). Nothing was written. */
  AppendDenied: Record<string, never>;
  /** The server is stopping. Nothing was written (503). */
  ShuttingDown: Record<string, never>;
  /** The events of this command can't be stored (size, a text that can't be kept) (422). Nothing was written. */
  NotStorable: { readonly reason: string };
  /** Login and password don't belong together (401). Says nothing about which of them is wrong. */
  BadCredentials: Record<string, never>;
  /** All of a list were registered by this very request before, which came without an idempotency key (409). */
  AlreadyRegistered: { readonly users: number };
  /** What the user gave as his present password isn't (403): who he is has been shown otherwise. */
  WrongPassword: Record<string, never>;
  /** Too many failed logins (429). */
  TooManyAttempts: { readonly retryAfterMs: number };
  /** One user, or one tenant, asks for more than is his share (429). Nothing was written. */
  TooManyRequests: { readonly bound: string; readonly retryAfterMs: number };
}

export type ApplicationErrorName = keyof ApplicationErrorFacts;

export class ApplicationError<Name extends ApplicationErrorName = ApplicationErrorName> extends Error {
  constructor(
    readonly kind: Name,
    readonly facts: ApplicationErrorFacts[Name],
    options?: ErrorOptions,
  ) {
    super(`${kind} ${JSON.stringify(facts)}`, options);
    this.name = 'ApplicationError';
  }
}

export function fail<Name extends ApplicationErrorName>(
  name: Name,
  facts: ApplicationErrorFacts[Name],
  options?: ErrorOptions,
): never {
  throw new ApplicationError(name, facts, options);
}
