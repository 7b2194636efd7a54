import type { RequestContext } from '../../../application/commands/request.js';
import type { RegistrationContext } from '../../../application/commands/users.js';
import type { Actor } from '../../../domain/shared/actor.js';
import { requestHash, requestHashWithout } from '../../http/body.js';
import { traceOf } from '../../http/traceparent.js';
import { InputInvalid } from '../../http/validation.js';
import type { Call, Caller } from './operation.js';

/** Nobody has proved who he is, where an operation can't do without. Each dialect says so in its own words. */
export class CallerUnknown extends Error {
  override readonly name = 'CallerUnknown';
}

/** @throws CallerUnknown where the operation asks for nobody and nobody was named */
export function actorOf({ actor }: Caller): Actor {
  if (actor === undefined) throw new CallerUnknown();
  return actor;
}

type Known = Pick<Call, 'caller' | 'request' | 'name' | 'via' | 'target' | 'requestRef' | 'correlationId'>;

const REQUEST_REF_LENGTH = 64;

/**
 * What the pipeline needs to know of a request where nobody need be known.
 * @param secret the member of the body that is one, if any
 * @throws InputInvalid for an Idempotency-Key that can't be one
 */
export function registrationContext(
  { caller, request, name, via, target, requestRef, correlationId }: Known,
  secret?: string,
): RegistrationContext {
  const key = request.get('idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new InputInvalid('header', [
      { pointer: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' },
    ]);
  }
  // Without the mount: a repeat may come by the prefix or by the own port.
  const bodyHash = (): string =>
    secret === undefined ? requestHash(request, target) : requestHashWithout(secret, request, target);
  return {
    tenant: caller.tenant,
    via,
    correlationId,
    ...traceOf(request.get('traceparent')),
    ...(key === undefined ? {} : { idempotency: { key, operation: name, bodyHash: bodyHash() } }),
    ...(requestRef === undefined || requestRef === '' ? {} : { requestRef: requestRef.slice(0, REQUEST_REF_LENGTH) }),
  };
}

/**
 * What it needs to know of a request by somebody.
 * @param onBehalfOf the user for whom an app admin acts, where the request names one; the event then records both
 * @throws CallerUnknown; InputInvalid
 */
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
