import { type NextFunction, type Request, type Response, Router } from 'express';
import { v7 as uuidv7 } from 'uuid';
import { actingUser } from '../../domain/shared/actor.js';
import type { Logger } from '../../application/ports/logger.js';
import { jsonBody, wasSent } from '../http/body.js';
import { checked } from '../http/validation.js';
import type { Authenticator } from './authenticate.js';
import { openApiDocument } from './openapi.js';
import type { Operation } from './operation.js';
import { problemOf, sendProblem } from './problems.js';

export interface V1Options {
  readonly operations: readonly Operation[];
  readonly authenticator: Authenticator;
  readonly log: Logger;
}

/** Mounts the declared operations; every refusal leaves as application/problem+json, whatever raised it. */
export function v1Router({ operations, authenticator, log }: V1Options): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const document = openApiDocument(operations);

  router.use((_request, response, next) => {
    response.locals['correlationId'] = uuidv7();
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });

  const parseBody = jsonBody();
  for (const op of operations) {
    const path = op.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const run = async (request: Request, response: Response): Promise<void> => {
      const caller = await authenticator.authenticate(request, op.access);
      if (caller.actor !== undefined) response.locals['by'] = actingUser(caller.actor);
      const reply = await op.handle({
        path: op.Path === undefined ? {} : await checked(op.Path, request.params, 'path'),
        query: op.Query === undefined ? {} : await checked(op.Query, singleValues(request.query), 'query'),
        body:
          op.Body === undefined
            ? {}
            : await checked(
                op.Body,
                (wasSent(request) ? (request.body as unknown) : undefined) ?? (op.bodyOptional ? {} : undefined),
                'body',
              ),
        caller,
        request,
        response,
      });
      if (reply.headers !== undefined) response.set({ ...reply.headers });
      response.status(reply.status);
      if (reply.body === undefined) response.end();
      else response.json(reply.body);
    };
    if (op.Body === undefined) router[op.method](path, run);
    else router[op.method](path, parseBody, run);
  }

  refuseOtherMethods(router, operations);
  router.use((request, response) => {
    sendProblem(response, problemOf('NotFound', { detail: `Nothing is served at ${request.path.slice(0, 200)}.` }));
  });
  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = problemOf(error, {}, response.locals['by'] as string | undefined);
    // What is away for a moment says so itself, once; here every caller would repeat it.
    if (problem.status === 500) {
      log.error({ correlationId: response.locals['correlationId'] as unknown, err: error }, 'a request failed');
    }
    sendProblem(response, problem);
  });
  return router;
}

/** `?a=1&a=2` is an array in Express; it fails the check of a text with a clear message, an object can't come through. */
const singleValues = (query: object): object => ({ ...query });

/** A known path with a method it doesn't have is 405 with `Allow`. */
function refuseOtherMethods(router: Router, operations: readonly Operation[]): void {
  const methods = new Map<string, string[]>();
  for (const op of operations) methods.set(op.path, [...(methods.get(op.path) ?? []), op.method.toUpperCase()]);
  for (const [path, allowed] of methods) {
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), (_request, response) => {
      response.setHeader('Allow', allowed.join(', '));
      sendProblem(
        response,
        problemOf('MethodNotAllowed', { detail: `This resource answers to ${allowed.join(', ')}.` }),
      );
    });
  }
}
