import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../../../application/ports/logger.js';
import type { OwnWrites } from '../../../application/queries/own-writes.js';
import { jsonBody } from '../../http/body.js';
import { checked } from '../../http/validation.js';
import type { Callers } from './caller.js';
import { failed, send, succeeded } from './envelope.js';
import { type Asked, refusalOf, UNFORESEEN } from './errors.js';
import type { Operation } from './operation.js';

export interface OpenimOptions {
  readonly operations: readonly Operation[];
  readonly callers: Callers;
  readonly ownWrites: Pick<OwnWrites, 'shown'>;
  readonly log: Logger;
}

/** Seed 003's API; every answer, refusals too, is HTTP 200 with the envelope. */
export function openimRouter({ operations, callers, ownWrites, log }: OpenimOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(openToBrowsers);
  const parseBody = jsonBody({ anyType: true });
  /** Only a defect is an error to the operator: a refusal is the caller's to hear. */
  const refuse = (response: Response, error: unknown, asked: Asked, correlationId: string): void => {
    const { path } = asked;
    const refusal = refusalOf(error, asked);
    if (refusal === undefined) log.error({ correlationId, path, err: error }, 'a request failed');
    else log.debug({ correlationId, path, errCode: refusal.errCode }, 'a request was refused');
    send(response, refusal ?? UNFORESEEN);
  };

  for (const { path, access, reads, Body, handle } of operations) {
    router.post(path, async (request: Request, response: Response): Promise<void> => {
      const correlationId = uuidv7();
      let by: string | undefined;
      try {
        // Who may not call learns nothing of what a right body would be.
        const caller = await callers.of(request, access);
        by = caller.actor?.id;
        await parsed(parseBody, request, response);
        const body = await checked(Body, withoutNulls(request.body), 'body', { unknown: 'leftOut' });
        if (reads && caller.actor !== undefined) await ownWrites.shown(caller.tenant, caller.actor.id);
        send(response, succeeded(await handle({ body, caller, request, path, correlationId })));
      } catch (error) {
        refuse(response, error, { path, ...(by === undefined ? {} : { by }) }, correlationId);
      }
    });
  }

  router.use((_request, response) => {
    send(response, failed('RecordNotFoundError', 'there is no such operation; all are POST'));
  });
  router.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else refuse(response, error, { path: request.path }, uuidv7());
  });
  return router;
}

/** Web clients come from other origins, as with the original; the token is a header, never a cookie. */
const openToBrowsers: RequestHandler = (request, response, next) => {
  response.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'POST, OPTIONS',
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Max-Age': '172800',
    'Cache-Control': 'no-store',
  });
  if (request.method === 'OPTIONS') response.status(200).json('Options Request!');
  else next();
};

const parsed = (parse: RequestHandler, request: Request, response: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    void parse(request, response, (error: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the body could not be read', { cause: error }));
    });
  });

/** No body of this API is deeper; what is deeper in one is none of its members. */
const DEPTH = 4;

/** A member that is null counts as one that isn't there, as the original's decoder has it. */
function withoutNulls(value: unknown, depth = DEPTH): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth - 1));
  const kept = Object.entries(value as Record<string, unknown>).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member, depth - 1)]));
}
