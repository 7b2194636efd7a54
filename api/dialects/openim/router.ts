import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../../../application/ports/logger.js';
import type { OwnWrites } from '../../../application/queries/own-writes.js';
import { jsonBody, MAX_STRANGERS_BODY_BYTES, parsed } from '../../http/body.js';
import { correlationIdOf } from '../../http/messages.js';
import { Routes } from '../../http/routes.js';
import { checked } from '../../http/validation.js';
import type { Callers } from './caller.js';
import { decoded } from './decoding.js';
import { failed, NO_STORE, send, succeeded } from './envelope.js';
import { type Asked, refusalOf, UNFORESEEN } from './errors.js';
import type { Operation } from './operation.js';

export interface OpenimOptions {
  readonly operations: readonly Operation[];
  readonly callers: Callers;
  readonly ownWrites: Pick<OwnWrites, 'shown'>;
  readonly log: Logger;
}

/** 003's API: every answer, refusals too, is HTTP 200 with the envelope. Only what isn't served at all is 404. */
export function openimRouter({ operations, callers, ownWrites, log }: OpenimOptions): RequestHandler {
  const routes = new Routes<Operation>();
  for (const operation of operations) routes.add('POST', operation.path, operation);
  const parseBody = jsonBody({ anyType: true });
  const parseStrangers = jsonBody({ anyType: true, limit: MAX_STRANGERS_BODY_BYTES });
  /** Only a defect is an error to the operator: a refusal is the caller's to hear. */
  const refuse = (response: Response, error: unknown, asked: Asked, correlationId: string): void => {
    const { path } = asked;
    const refusal = refusalOf(error, asked);
    if (refusal === undefined) log.error({ correlationId, path, err: error }, 'a request failed');
    else log.debug({ correlationId, path, errCode: refusal.errCode }, 'a request was refused');
    send(response, refusal ?? UNFORESEEN);
  };

  const serve = async (request: Request, response: Response): Promise<void> => {
    const { path } = request;
    const correlationId = correlationIdOf(response);
    let by: string | undefined;
    try {
      const found = routes.find(request.method, path);
      if (found === undefined || 'allowed' in found) {
        send(response, failed('OperationNotFoundError', 'there is no such operation; all are POST'), 404);
        return;
      }
      const { access, reads, Body, large, handle } = found.target;
      // Who may not call learns nothing of what a right body would be.
      const caller = await callers.of(request, access);
      by = caller.actor?.id;
      await parsed(caller.actor !== undefined || large ? parseBody : parseStrangers, request, response);
      // What is kept of the body beside what the operation does, such as an idempotency key's hash, is made of the same.
      request.body = decoded(Body, request.body);
      const body = await checked(Body, request.body, 'body', { unknown: 'leftOut' });
      if (reads && caller.actor !== undefined) await ownWrites.shown(caller.tenant, caller.actor.id);
      send(response, succeeded(await handle({ body, caller, request, path, correlationId })));
    } catch (error) {
      refuse(response, error, { path, ...(by === undefined ? {} : { by }) }, correlationId);
    }
  };

  return (request, response, next) => {
    if (request.method === 'OPTIONS') response.status(200).set(NO_STORE).json('Options Request!');
    else serve(request, response).catch(next);
  };
}
