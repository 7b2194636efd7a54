import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { newId } from '../../application/new-id.js';
import type { Logger } from '../../application/ports/logger.js';
import { answerJson } from '../http/answer.js';
import { jsonBody, parsed, wasSent } from '../http/body.js';
import { Routes } from '../http/routes.js';
import { checked } from '../http/validation.js';
import type { Authenticator } from './authenticate.js';
import { openApiDocument } from './openapi.js';
import type { Operation, Reply } from './operation.js';
import type { Freshness } from './reading.js';
import { problemOf, Refused, sendProblem } from './problems.js';

export interface V1Options {
  readonly operations: readonly Operation[];
  readonly authenticator: Authenticator;
  readonly freshness: Freshness;
  readonly log: Logger;
}

const NO_STORE = { 'Cache-Control': 'no-store' } as const;

/** Serves the declared operations; every refusal leaves as application/problem+json, whatever raised it. */
export function v1Router({ operations, authenticator, freshness, log }: V1Options): RequestHandler {
  const routes = new Routes<Operation | 'document'>();
  const document = openApiDocument(operations);
  routes.add('GET', '/openapi.json', 'document');
  for (const op of operations) routes.add(op.method, op.path, op);
  const parseBody = jsonBody();

  const run = async (
    op: Operation,
    params: Readonly<Record<string, string>>,
    request: Request,
    response: Response,
  ): Promise<Reply> => {
    if (op.Body !== undefined) await parsed(parseBody, request, response);
    const caller = await authenticator.authenticate(request, op.access);
    const reply = await op.handle({
      path: op.Path === undefined ? {} : await checked(op.Path, params, 'path'),
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
    if (op.command && reply.body !== undefined && 'position' in reply.body) {
      freshness.wrote(caller, String(reply.body.position));
    }
    return reply;
  };

  const serve = async (request: Request, response: Response): Promise<void> => {
    const { path } = request;
    const found = routes.find(request.method, path);
    if (found === undefined) throw new Refused('NotFound', { detail: `Nothing is served at ${path.slice(0, 200)}.` });
    if ('allowed' in found) {
      const allowed = found.allowed.join(', ');
      response.setHeader('Allow', allowed);
      throw new Refused('MethodNotAllowed', { detail: `This resource answers to ${allowed}.` });
    }
    const { target, params } = found;
    const { status, headers, body }: Reply =
      target === 'document' ? { status: 200, body: document } : await run(target, params, request, response);
    const all = { ...NO_STORE, ...headers };
    if (body === undefined) response.writeHead(status, all).end();
    // What is read may be asked for on a condition, which Express answers.
    else if (target === 'document' || target.method === 'get') response.status(status).set(all).json(body);
    else answerJson(response, status, body, all);
  };

  const refuse = (error: unknown, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = problemOf(error);
    // What is away for a moment says so itself, once; here every caller would repeat it.
    if (problem.status === 500) {
      log.error({ correlationId: response.locals['correlationId'] as unknown, err: error }, 'a request failed');
    }
    response.set(NO_STORE);
    sendProblem(response, problem);
  };

  return (request, response, next) => {
    response.locals['correlationId'] = newId();
    serve(request, response).catch((error: unknown) => {
      refuse(error, response, next);
    });
  };
}

/** `?a=1&a=2` is an array in Express; it fails the check of a text with a clear message, an object can't come through. */
const singleValues = (query: object): object => ({ ...query });
