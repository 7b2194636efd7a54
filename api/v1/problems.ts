import type { Response } from 'express';
import { ApplicationError, type ApplicationErrorName } from '../../application/commands/errors.js';
import { BadCursor, BadPageLimit } from '../../application/queries/page.js';
import { EventUnreadable } from '../../application/ports/envelope.js';
import { EventStoreUnavailable } from '../../application/ports/event-store.js';
import { ForeignPosition, NotAPosition } from '../../application/ports/positions.js';
import { TokenRejected } from '../../application/ports/tokens.js';
import { DatabaseUnavailable, ReadModelUnavailable } from '../../application/ports/unavailable.js';
import { DomainError, type DomainErrorName } from '../../domain/shared/errors.js';
import { type EdgeRefusalName, edgeRefusals } from '../http/edge.js';
import { saidOf } from '../http/refusals.js';
import { InputInvalid, type InputProblem } from '../http/validation.js';

/** What `/v1` itself refuses, and what the server before it does, before or beside the domain. */
export type EdgeProblem =
  | EdgeRefusalName
  | 'InvalidRequest'
  | 'MalformedJson'
  | 'BodyTooLarge'
  | 'UnsupportedMediaType'
  | 'Unauthenticated'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'CursorGone'
  | 'MemberNotFound'
  | 'ConversationNotFound'
  | 'ProofNotFound'
  | 'ClientMsgIdReused'
  | 'ReadModelBehind'
  | 'Starting'
  | 'Internal';

export type ProblemCode = DomainErrorName | ApplicationErrorName | EdgeProblem;

export interface Kind {
  readonly status: number;
  readonly title: string;
}

const domainStatuses: Readonly<Record<DomainErrorName, number>> = {
  InvalidArgument: 400,
  UserNotFound: 404,
  UserIdTaken: 409,
  LoginTaken: 409,
  UserIdLooksAlike: 409,
  GroupNotFound: 404,
  GroupIdTaken: 409,
  GroupDismissed: 410,
  NotGroupMember: 403,
  AlreadyGroupMember: 409,
  NotGroupOwner: 403,
  NotGroupManager: 403,
  TargetRoleTooHigh: 403,
  NotPermitted: 403,
  RulesForbid: 403,
  OwnerMayNotLeave: 409,
  TransferToSelf: 409,
  SelfNotAllowed: 409,
  OwnerRoleFixed: 409,
  JoinNeedsApproval: 403,
  JoinClosed: 403,
  InviteClosed: 403,
  InvitationNotFound: 404,
  InvitationHandled: 409,
  InvitationExpired: 410,
  JoinRequestNotFound: 404,
  JoinRequestHandled: 409,
  GroupSuspended: 403,
  CopyRefused: 409,
  TooManyFavourites: 409,
  MemberMuted: 403,
  GroupMuted: 403,
  BlockedByPeer: 403,
  NotAFriend: 403,
  PeerDeclinesMessages: 403,
  NotAParticipant: 403,
  ConversationClosed: 410,
  MessageUnknown: 404,
  MessageAlreadyRevoked: 409,
  RevocationTooLate: 409,
  CannotBefriendYourself: 409,
  AlreadyFriends: 409,
  FriendNotFound: 404,
  FriendRequestNotFound: 404,
  FriendRequestHandled: 409,
  GroupFull: 409,
  TooManyAdmins: 409,
  DuplicateItems: 400,
  RevisionMismatch: 412,
};

const applicationProblems: Record<ApplicationErrorName, Kind> = {
  IdempotencyKeyReused: { status: 422, title: 'The idempotency key came with another request before' },
  OutcomeUnknown: {
    status: 503,
    title: 'Whether this took effect is not known yet; repeat it with the same Idempotency-Key',
  },
  DeadlinePassed: { status: 503, title: 'It waited too long; nothing was written' },
  TooBusy: { status: 503, title: 'Too many requests wait; nothing was written' },
  Contended: { status: 503, title: 'Others wrote first each time; nothing was written' },
  HistoryNotUnderstood: {
    status: 503,
    title: 'The history has an event of a newer version, or one that can not be read; nothing was written',
  },
  Unavailable: { status: 503, title: 'A store does not answer; nothing was written' },
  DiskFull: { status: 503, title: 'Insufficient storage: the disk is full; nothing was written' },
  AppendDenied: { status: 503, title: "The event store's access rules forbid it; nothing was written" },
  ShuttingDown: { status: 503, title: 'The server is stopping; nothing was written' },
  NotStorable: { status: 422, title: 'This cannot be stored as it is' },
  BadCredentials: { status: 401, title: 'Login and password do not belong together' },
  AlreadyRegistered: { status: 409, title: 'All of them were registered by this very request before' },
  WrongPassword: { status: 403, title: 'That is not the present password' },
  TooManyAttempts: { status: 429, title: 'Too many failed attempts' },
  TooManyRequests: { status: 429, title: 'Too many requests; nothing was written' },
};

const edgeProblems: Record<EdgeProblem, Kind> = {
  InvalidRequest: { status: 400, title: 'The request does not fit' },
  MalformedJson: { status: 400, title: 'The body is not JSON' },
  UnsupportedMediaType: { status: 415, title: 'Send JSON, in UTF-8, with `content-type: application/json`' },
  BodyTooLarge: { status: 413, title: 'The body is too large' },
  Unauthenticated: { status: 401, title: 'Who calls is not known' },
  Forbidden: { status: 403, title: 'Not permitted' },
  NotFound: { status: 404, title: 'Nothing is here' },
  MethodNotAllowed: { status: 405, title: 'Not with this method' },
  CursorGone: { status: 410, title: 'The position or cursor belongs to another store; start again without it' },
  MemberNotFound: { status: 404, title: 'Somebody named is not a member of the group' },
  ConversationNotFound: { status: 404, title: 'Nothing was said there that the reader takes part in' },
  ProofNotFound: { status: 404, title: 'There is no such event, or it is not under a seal yet' },
  ClientMsgIdReused: { status: 409, title: 'The clientMsgId came with a message that says something else' },
  ReadModelBehind: { status: 503, title: 'The read model has not reached the position yet' },
  ...edgeRefusals,
  // Said by `startingApp` before there is a router.
  Starting: { status: 503, title: 'The server is starting; nothing was written' },
  Internal: { status: 500, title: 'Something went wrong here' },
};

const domainProblems = Object.fromEntries(
  Object.entries(domainStatuses).map(([name, status]) => [name, { status, title: saidOf[name as DomainErrorName] }]),
) as Record<DomainErrorName, Kind>;

/** Exhaustive: a refusal without an answer in `/v1` does not compile (docs/rules.md A15). */
export const problems: Readonly<Record<ProblemCode, Kind>> = {
  ...domainProblems,
  ...applicationProblems,
  ...edgeProblems,
};

/** A problem as it is sent. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly facts?: object;
  readonly errors?: readonly InputProblem[];
}

type Extras = Pick<ProblemBody, 'detail' | 'facts' | 'errors'>;

/** A refusal of `/v1` itself. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly code: EdgeProblem,
    readonly extras: Extras = {},
  ) {
    super(extras.detail ?? edgeProblems[code].title);
  }
}

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problems, code);

export function problemStatus(code: string): number {
  if (!isProblemCode(code)) throw new Error(`an operation declares the unknown problem ${code}`);
  return problems[code].status;
}

/**
 * The answer to whatever was thrown; what nobody foresaw is a bare 500 that says nothing internal.
 * @param by the user who acts: that he is no member himself is 403, that somebody he names is none is 404
 * @param sent the request, in which a refusal of the domain is pointed at
 */
export function problemOf(error: unknown, extras: Extras = {}, by?: string, sent: Sent = {}): ProblemBody {
  if (typeof error === 'string' && isProblemCode(error)) return build(error, extras);
  if (error instanceof Refused) return build(error.code, error.extras);
  if (error instanceof InputInvalid) return build('InvalidRequest', inputProblems(error));
  if (error instanceof DomainError && namesStranger(error, by)) return build('MemberNotFound', { facts: error.facts });
  if (error instanceof DomainError && error.kind === 'InvalidArgument')
    return build('InvalidArgument', invalidArgument(error as DomainError<'InvalidArgument'>, sent));
  if (error instanceof DomainError || error instanceof ApplicationError)
    return build(error.kind, { facts: error.facts });
  if (error instanceof TokenRejected) return build('Unauthenticated', { detail: tokenFaults[error.fault] });
  if (error instanceof NotAPosition) {
    return build('InvalidRequest', { errors: [{ pointer: '/minPosition', detail: 'This is not a position.' }] });
  }
  if (error instanceof ForeignPosition) return build('CursorGone', { detail: MOVED });
  if (error instanceof BadCursor || error instanceof BadPageLimit) {
    return build('InvalidRequest', {
      errors: [{ pointer: error instanceof BadCursor ? '/cursor' : '/limit', detail: error.message }],
    });
  }
  if (error instanceof EventUnreadable) {
    const { stream, revision } = error;
    return build('HistoryNotUnderstood', { facts: { stream, revision, type: 'unreadable' } });
  }
  if (error instanceof ReadModelUnavailable) {
    return build('Unavailable', {
      detail: `The read model "${error.readModel}" is not to be had now; /health/ready says why.`,
      facts: { what: error.readModel },
    });
  }
  if (error instanceof EventStoreUnavailable || error instanceof DatabaseUnavailable) return build('Unavailable', {});
  return fromBodyParser(error) ?? build('Internal', {});
}

/** The request, as far as values of the domain came in it. */
export interface Sent {
  readonly body?: unknown;
  readonly query?: unknown;
}

/** What `/v1` calls otherwise than the domain. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  announcement: 'text',
  retention: 'retentionSeconds',
  until: 'forSeconds',
  upToSeq: 'upTo',
  content: 'original',
  body: 'text',
};

/** In the shape of what the edge itself finds wrong: the same members, pointed at in the same way. */
function invalidArgument({ facts }: DomainError<'InvalidArgument'>, { body, query }: Sent): Extras {
  const { further = [], ...first } = facts;
  const inQuery = !placeIn(body, first.field).there && placeIn(query, first.field).there;
  const sent = inQuery ? query : body;
  const errors = [first, ...further].map(({ field, reason }) => ({
    pointer: placeIn(sent, field).pointer,
    detail: worded(reason),
  }));
  return { detail: `In the ${inQuery ? 'query' : 'body'}.`, facts, errors };
}

const worded = (reason: string): string => (/^(?:longer|shorter|more|blank)/.test(reason) ? `is ${reason}` : reason);

/** `card.nickname` is `/nickname` of a card's change, and `/settings/retentionSeconds` is `settings.retention`. */
function placeIn(sent: unknown, field: string): { readonly pointer: string; readonly there: boolean } {
  const names = field.split('.');
  let at: unknown = sent;
  let pointer = '';
  for (const [index, name] of names.entries()) {
    // Which item of a list is meant, the domain doesn't always say.
    if (Array.isArray(at) && !/^\d+$/.test(name)) break;
    const known = memberOf(at, name);
    if (known !== undefined) {
      at = known.value;
      pointer += `/${known.name}`;
    } else if (index === names.length - 1) {
      // The text of a content is made of what stands there.
      if (name === 'body' && pointer !== '') break;
      return { pointer: pointer === '' ? `/${names.join('/')}` : `${pointer}/${name}`, there: false };
    }
  }
  return { pointer, there: true };
}

function memberOf(value: unknown, name: string): { readonly name: string; readonly value: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const known = [name, OWN_NAMES[name]].find((each) => each !== undefined && Object.hasOwn(value, each));
  return known === undefined ? undefined : { name: known, value: (value as Readonly<Record<string, unknown>>)[known] };
}

const inputProblems = ({ where, problems, untold }: InputInvalid): Extras => ({
  detail: untold === 0 ? `In the ${where}.` : `In the ${where}; ${untold.toString()} more are not told.`,
  errors: problems,
});

const namesStranger = ({ kind, facts }: DomainError, by: string | undefined): boolean =>
  kind === 'NotGroupMember' && by !== undefined && 'userIds' in facts && !facts.userIds.includes(by);

const MOVED =
  'The event log has moved to another store since that position was given. Forget it and ask again without it; the next command gives a new one.';

const tokenFaults: Record<TokenRejected['fault'], string> = {
  expired: 'The token has expired.',
  malformed: 'This is not a token of this server.',
  badSignature: 'The token was not signed by this server.',
  revoked: 'The user was logged out; log in again.',
};

/** express.json's own errors carry a `type`; a bad path escape makes Express throw a URIError. */
function fromBodyParser(error: unknown): ProblemBody | undefined {
  if (error instanceof URIError) return build('InvalidRequest', { detail: 'The path has a broken escape.' });
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number')
    return undefined;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') return build('BodyTooLarge', {});
  if (type === 'entity.parse.failed') return build('MalformedJson', {});
  if (error.status === 415) return build('UnsupportedMediaType', {});
  return error.status < 500 ? build('InvalidRequest', { detail: 'The body could not be read.' }) : undefined;
}

function build(code: ProblemCode, extras: Extras): ProblemBody {
  const { status, title } = problems[code];
  return { type: `urn:parley:problem:${code}`, title, status, code, ...extras };
}

export function sendProblem(response: Response, problem: ProblemBody): void {
  if (problem.status === 503) response.setHeader('Retry-After', '1');
  if (problem.status === 429 && problem.facts !== undefined && 'retryAfterMs' in problem.facts) {
    response.setHeader('Retry-After', Math.ceil(Number(problem.facts.retryAfterMs) / 1000).toString());
  }
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem, correlationId: response.locals['correlationId'] as unknown }));
}
