import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AccessNotes } from '../../application/audit/access-notes.js';
import type { Logger } from '../../application/ports/logger.js';
import { actingUser } from '../../domain/shared/actor.js';
import { DomainError } from '../../domain/shared/errors.js';
import { answerJson } from '../http/answer.js';
import { jsonBody, MAX_STRANGERS_BODY_BYTES, parsed, wasSent } from '../http/body.js';
import { FixedJson } from '../http/fixed-json.js';
import { admitted, type CallerRates } from '../http/caller-rates.js';
import { correlationIdOf } from '../http/messages.js';
import { Routes } from '../http/routes.js';
import { checked } from '../http/validation.js';
import type { Authenticator } from './authenticate.js';
import { ListCursors } from './cursors.js';
import { PageQuery } from './dto/common.js';
import { openApiDocument } from './openapi.js';
import type { Operation, Reply } from './operation.js';
import { problemOf, Refused, sendProblem } from './problems.js';

export interface V1Options {
  readonly operations: readonly Operation[];
  readonly authenticator: Authenticator;
  /** Is told who looks at what happened, and who is refused. */
  readonly accessNotes: Pick<AccessNotes, 'read' | 'keep' | 'note'>;
  /** Absent: anybody asks for as much as he likes. */
  readonly callerRates?: CallerRates;
  readonly log: Logger;
  /** Parley's. */
  readonly version: string;
}

interface Served extends Pick<Operation, 'method'> {
  /** 'answered': it has done so itself. */
  answer(params: Readonly<Record<string, string>>, request: Request, response: Response): Promise<Reply | 'answered'>;
}

const NO_STORE = { 'Cache-Control': 'no-store' } as const;

/** Serves the declared operations; every refusal leaves as application/problem+json, whatever raised it. */
export function v1Router(options: V1Options): RequestHandler {
  const { operations, log, version } = options;
  const routes = new Routes<Served>();
  const document = new FixedJson(() => openApiDocument(operations, version));
  routes.add('get', '/openapi.json', {
    method: 'get',
    answer: (_params, request, response) => {
      document.answer(request, response);
      return Promise.resolve('answered');
    },
  });
  for (const op of operations) routes.add(op.method, op.path, served(op, options));

  const serve = async (request: Request, response: Response): Promise<void> => {
    const { path } = request;
    const found = routes.find(request.method, path);
    if (request.method === 'OPTIONS' && found !== undefined && 'allowed' in found) {
      response.writeHead(204, { ...NO_STORE, Allow: allowing(found.allowed) }).end();
      return;
    }
    if (found === undefined) throw new Refused('NotFound', { detail: `Nothing is served at ${path.slice(0, 200)}.` });
    if ('allowed' in found) {
      const allowed = allowing(found.allowed);
      response.setHeader('Allow', allowed);
      throw new Refused('MethodNotAllowed', { detail: `This resource answers to ${allowed}.` });
    }
    const reply = await found.target.answer(found.params, request, response);
    if (reply === 'answered') return;
    const { status, headers, body } = reply;
    const all = { ...NO_STORE, ...headers };
    if (body === undefined) response.writeHead(status, all).end();
    // What is read may be asked for on a condition, which Express answers.
    else if (found.target.method === 'get' && isConditional(request)) response.status(status).set(all).json(body);
    else answerJson(response, status, body, all);
  };

  const refuse = (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { body, query } = request;
    const problem = problemOf(error, {}, response.locals['by'] as string | undefined, { body: body as unknown, query });
    // What is away for a moment says so itself, once; here every caller would repeat it.
    if (problem.status === 500) {
      log.error({ correlationId: response.locals['correlationId'] as unknown, err: error }, 'a request failed');
    }
    response.set(NO_STORE);
    sendProblem(response, problem);
  };

  return (request, response, next) => {
    response.locals['correlationId'] = correlationIdOf(response);
    serve(request, response).catch((error: unknown) => {
      refuse(error, request, response, next);
    });
  };
}

const isConditional = ({ headers }: Request): boolean =>
  headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined;

/** HEAD is served where GET is, and OPTIONS everywhere. */
const allowing = (methods: readonly string[]): string =>
  [...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');

/** What is about others' doings: that it was asked is kept. */
const looks = ({ access }: Operation): boolean => access === 'auditor' || access === 'history';

function served(op: Operation, { authenticator, accessNotes, callerRates }: V1Options): Served {
  const operation = `v1:${op.method.toUpperCase()} ${op.path}`;
  const parseBody = jsonBody(op.access === 'public' ? { limit: MAX_STRANGERS_BODY_BYTES } : {});
  return {
    method: op.method,
    answer: async (params, request, response) => {
      // Who calls is asked first: nothing is read of somebody who may not.
      const asked = { operation, about: request.url, correlationId: String(response.locals['correlationId']) };
      const known = authenticator.authenticate(request, op.access, ({ tenant, userId: id }) => {
        const actor = { kind: 'user', id } as const;
        accessNotes.note({ ...asked, tenant, actor, kind: 'refused', outcome: 'Forbidden' });
      });
      const caller = await admitted(callerRates, request, known);
      if (caller.actor !== undefined) response.locals['by'] = actingUser(caller.actor);
      if (op.command && !op.ifMatch && request.get('if-match') !== undefined)
        throw new Refused('InvalidRequest', { detail: 'In the headers.', errors: [NO_IF_MATCH] });
      if (op.Body !== undefined) await parsed(parseBody, request, response);
      const path = op.Path === undefined ? {} : await checked(op.Path, params, 'path');
      const query = op.Query === undefined ? {} : await checked(op.Query, singleValues(request.query), 'query');
      const body =
        op.Body === undefined
          ? {}
          : await checked(
              op.Body,
              wasSent(request) ? (request.body as unknown) : op.bodyOptional ? {} : undefined,
              'body',
            );
      const list = query instanceof PageQuery ? new ListCursors(op, path, query, caller) : undefined;
      const { tenant, actor } = caller;
      if (looks(op)) {
        // An app admin has no bound, where he may look at all.
        if (actor?.kind === 'appAdmin') accessNotes.note({ ...asked, tenant, actor, kind: 'read', outcome: '' });
        else await accessNotes.read({ ...asked, tenant, actor });
      }
      if (op.personal && actor?.kind === 'appAdmin')
        await accessNotes.keep({ ...asked, tenant, actor, kind: 'read', outcome: '' });
      try {
        const reply = await op.handle({ path, query: list?.query ?? query, body, caller, request, response });
        return list?.answered(reply) ?? reply;
      } catch (error) {
        if (op.personal && error instanceof DomainError && error.kind === 'NotPermitted')
          accessNotes.note({ ...asked, tenant, actor, kind: 'refused', outcome: error.kind });
        throw error;
      }
    },
  };
}

const NO_IF_MATCH = { pointer: '/If-Match', detail: 'is not taken here: there is no ETag of it' };

/** `?a=1&a=2` is an array in Express; it fails the check of a text with a clear message, an object can't come through. */
const singleValues = (query: object): object => ({ ...query });
