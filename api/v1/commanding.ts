import type { Request } from 'express';
import type { CommandResult, RequestContext } from '../../application/commands/request.js';
import { actingUser, type Actor } from '../../domain/shared/actor.js';
import { requestHash } from '../http/body.js';
import { etagOf, revisionAsked } from '../http/etag.js';
import { traceOf } from '../http/traceparent.js';
import type { Caller } from './caller.js';
import type { Invocation, Reply } from './operation.js';
import { Refused } from './problems.js';

type AnyInvocation = Pick<Invocation<unknown, unknown, unknown>, 'caller' | 'request' | 'response'>;

/** Who calls; operations that are not public always have him. */
export function actorOf(caller: Caller): Actor {
  if (caller.actor === undefined) throw new Refused('Unauthenticated');
  return caller.actor;
}

/** `me` in a path is the user who acts. */
export const resolveUser = (userId: string, caller: Caller): string =>
  userId === 'me' ? actingUser(actorOf(caller)) : userId;

export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** @throws Refused InvalidRequest */
export function idempotencyKey(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key !== undefined && !IDEMPOTENCY_KEY.test(key)) {
    throw new Refused('InvalidRequest', {
      errors: [{ pointer: '/Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }],
    });
  }
  return key;
}

/** What the pipeline needs to know of an HTTP request. `operation` is method and path template: `PUT /groups/{groupId}/mute`. */
export function requestContext({ caller, request, response }: AnyInvocation, operation: string): RequestContext {
  const key = idempotencyKey(request);
  const ifRevision = revisionAsked(request.get('if-match'));
  if (ifRevision === 'malformed') {
    throw new Refused('InvalidRequest', {
      errors: [{ pointer: '/If-Match', detail: 'must be one strong ETag, or *' }],
    });
  }
  return {
    tenant: caller.tenant,
    actor: actorOf(caller),
    via: `v1:${operation}`,
    correlationId: String(response.locals['correlationId']),
    ...(key === undefined
      ? {}
      : { idempotency: { key, operation, bodyHash: requestHash(request, request.originalUrl) } }),
    ...(ifRevision === undefined ? {} : { ifRevision }),
    ...traceOf(request.get('traceparent')),
  };
}

type Told<Outcome> = Outcome extends object ? Omit<Outcome, 'alreadySo' | 'command'> : never;

/** What every command answers. */
interface ReceiptBody<Outcome> {
  readonly id: string;
  readonly revision: number;
  readonly position?: string;
  readonly changed: boolean;
  readonly outcome: Told<Outcome>;
}

/** The answer to a command: what it did, its ETag, and the position that a later query can wait for. */
export function receipt<Outcome extends object>(
  id: string,
  result: CommandResult<unknown, Outcome>,
  { status = 200, location }: { readonly status?: number; readonly location?: string } = {},
): Reply<ReceiptBody<Outcome>> {
  const { revision } = result;
  const { body, headers, ...rest } = ownReceipt(id, result);
  return {
    ...rest,
    status,
    headers: { ETag: etagOf(revision), ...(location === undefined ? {} : { Location: location }), ...headers },
    body: { ...body, revision },
  };
}

/** The same about a stream that nobody reads: without its revision. */
export function ownReceipt<Outcome extends object>(
  id: string,
  { outcome, position, events, replayed }: CommandResult<unknown, Outcome>,
): Required<Reply<Omit<ReceiptBody<Outcome>, 'revision'>>> {
  // The decision's own bookkeeping is said by `changed`, and which command it was the caller knows.
  const told = Object.fromEntries(
    Object.entries(outcome).filter(([name]) => name !== 'alreadySo' && name !== 'command'),
  ) as Told<Outcome>;
  return {
    status: 200,
    headers: replayed ? { 'Idempotent-Replayed': 'true' } : {},
    body: { id, ...(position === undefined ? {} : { position }), changed: events > 0, outcome: told },
  };
}
