import type { Request } from 'express';
import type { RequestContext } from '../../../application/commands/request.js';
import type { RegistrationContext } from '../../../application/commands/users.js';
import { type Actor, hasAdminPowers } from '../../../domain/shared/actor.js';
import { requestHash, requestHashWithout } from '../../http/body.js';
import type { DtoClass } from '../../http/validation.js';
import type { Access, Caller } from './caller.js';
import { OpenimRefused } from './errors.js';

/** What a handler is given: everything is checked before it runs. */
export interface Call<Body> {
  readonly body: Body;
  readonly caller: Caller;
  readonly request: Request;
  readonly path: string;
  readonly correlationId: string;
}

/** One operation of 003: always POST. The handler gives the answer's `data`, undefined where it has no fields. */
export interface Operation {
  readonly path: `/${string}/${string}`;
  readonly access: Access;
  /** Answered from the lists: these show what the caller himself wrote last, by whichever API. */
  readonly reads: boolean;
  readonly Body: DtoClass;
  /** A large body is taken without a token as well: who calls is shown in it. */
  readonly large: boolean;
  readonly handle: (call: Call<object>) => Promise<object | undefined>;
}

interface Declaration<Body extends object> {
  readonly path: Operation['path'];
  /** Default `token`. */
  readonly access?: Access;
  /** Default false. */
  readonly reads?: boolean;
  readonly Body: DtoClass<Body>;
  /** Default false. */
  readonly large?: boolean;
  readonly handle: (call: Call<Body>) => Promise<object | undefined>;
}

export function operation<Body extends object>({
  handle,
  access = 'token',
  reads = false,
  large = false,
  ...rest
}: Declaration<Body>): Operation {
  // The router checks the body against this very class before it calls.
  return { access, reads, large, ...rest, handle: (call) => handle(call as Call<Body>) };
}

type Known = Pick<Call<unknown>, 'caller' | 'request' | 'path' | 'correlationId'>;

/** The token's user; operations that need a token always have him. */
export function actorOf({ actor }: Caller): Actor {
  if (actor === undefined) throw new OpenimRefused('TokenNotExistError', 'header must have token');
  return actor;
}

/** "access": the user himself, or an app admin (docs/rules.md D1). @throws OpenimRefused 1002 */
export function requireAccess(caller: Caller, userId: string): void {
  const actor = actorOf(caller);
  if (actor.id !== userId && !hasAdminPowers(actor)) {
    throw new OpenimRefused('NoPermissionError', 'only the user himself or an app admin may do this');
  }
}

/** @throws OpenimRefused 1002 */
export function requireAdmin(caller: Caller): void {
  if (!hasAdminPowers(actorOf(caller))) throw new OpenimRefused('NoPermissionError', 'only an app admin may do this');
}

const REQUEST_REF_LENGTH = 64;

/**
 * What the pipeline needs to know of a request. `operationID` is only recorded: real clients send constants.
 * @param secret the member of the body that is one, if any
 */
export function registrationContext(
  { caller, request, path, correlationId }: Known,
  secret?: string,
): RegistrationContext {
  const key = request.get('idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new OpenimRefused('ArgsError', 'Idempotency-Key must be 1 to 255 visible ASCII characters');
  }
  const requestRef = request.get('operationid')?.slice(0, REQUEST_REF_LENGTH);
  // The path without its mount: a repeat may come by the prefix or by the own port.
  const bodyHash = (): string =>
    secret === undefined ? requestHash(request, path) : requestHashWithout(secret, request, path);
  return {
    tenant: caller.tenant,
    via: `openim:${path}`,
    correlationId,
    ...(key === undefined ? {} : { idempotency: { key, operation: path, bodyHash: bodyHash() } }),
    ...(requestRef === undefined || requestRef === '' ? {} : { requestRef }),
  };
}

/** `onBehalfOf`: the user for whom an app admin acts, where the body names one; the event then records both. */
export function requestContext(call: Known, onBehalfOf?: string): RequestContext {
  const actor = actorOf(call.caller);
  return {
    ...registrationContext(call),
    actor: onBehalfOf === undefined || onBehalfOf === actor.id ? actor : { ...actor, onBehalfOf },
  };
}

/** One request that is several commands: each has a key of its own under the request's. */
export function ofStep<Context extends Pick<RequestContext, 'idempotency'>>(context: Context, step: string): Context {
  const { idempotency } = context;
  if (idempotency === undefined) return context;
  return { ...context, idempotency: { ...idempotency, operation: `${idempotency.operation}#${step}` } };
}
