import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../../../application/ports/logger.js';
import type { OwnWrites } from '../../../application/queries/own-writes.js';
import { MAX_BODY_BYTES, MAX_STRANGERS_BODY_BYTES, parsed } from '../../http/body.js';
import { admitted, type CallerRates } from '../../http/caller-rates.js';
import { correlationIdOf } from '../../http/messages.js';
import { type PathRules, Routes } from '../../http/routes.js';
import { checked, type DtoClass, type InputInvalid } from '../../http/validation.js';
import { type Call, type Caller, nameOf, Nothing, type Operation } from './operation.js';
import type { Asked, RefusalOf } from './refusals.js';

/** What an operation was sent, before it is checked against the operation's classes. */
export interface Sent {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** By whom, and in which request. */
export interface From {
  readonly caller: Caller;
  readonly request: Request;
}

/** Says who calls. */
export interface Callers<Access extends string> {
  /** Rejects with what the dialect's `refusalOf` knows. */
  of(request: Request, access: Access): Promise<Caller>;
}

/**
 * How one dialect speaks HTTP: everything that its operations don't say themselves. A dialect is its operations
 * (`declared`), its refusals (`refusalsBy`) and one of these.
 */
export interface Dialect<Access extends string, Answer, Refusal extends object> {
  /** Its name in the history: `openim`. */
  readonly name: string;
  /** Below which paths each operation is found. Default: as it is declared. */
  readonly prefixes?: readonly ('' | `/${string}`)[];
  /** Default: letter case and slashes count. */
  readonly paths?: PathRules;
  readonly callers: Callers<Access>;
  /** A parser of bodies up to so many bytes, which bounds what they hold as well (`jsonBody` does). */
  readonly bodies: (limit: number) => RequestHandler;
  /**
   * As its decoder reads what was sent, or refuses it. Default: as it is. An id of another form is read here as well; then
   * the caller's tenant counts.
   */
  readonly read?: (operation: Operation<Access, Answer>, sent: Sent, from: From) => Sent | Promise<Sent>;
  readonly refusalOf: RefusalOf<Refusal>;
  /** Where nobody foresaw what happened: says nothing internal. */
  readonly unforeseen: Refusal;
  /** What the log has of a refusal. */
  readonly told: (refusal: Refusal) => object;
  readonly answer: (response: Response, answer: Answer) => void;
  readonly refuse: (response: Response, refusal: Refusal) => void;
  /** Nothing is served at this path by this method. May reject with a refusal. */
  readonly unserved: (request: Request, response: Response) => void | Promise<void>;
  /** What a client asks that only wants to know whether it may call. Default: it is unserved. */
  readonly options?: (response: Response) => void;
  /** The caller's own id of a request. */
  readonly requestRefOf?: (request: Request) => string | undefined;
}

export interface Serving<Access extends string, Answer> {
  readonly operations: readonly Operation<Access, Answer>[];
  readonly ownWrites: Pick<OwnWrites, 'shown'>;
  /** Absent: anybody asks for as much as he likes. */
  readonly callerRates?: CallerRates;
  readonly log: Logger;
}

/** Serves the declared operations, for a prefix and for a port of its own alike. */
export function serving<Access extends string, Answer, Refusal extends object>(
  dialect: Dialect<Access, Answer, Refusal>,
  { operations, ownWrites, callerRates, log }: Serving<Access, Answer>,
): RequestHandler {
  const routes = routesOf(dialect, operations);
  const parseBody = dialect.bodies(MAX_BODY_BYTES);
  const parseStrangers = dialect.bodies(MAX_STRANGERS_BODY_BYTES);

  /** Only a defect is an error to the operator: a refusal is the caller's to hear. */
  const refuse = (response: Response, error: unknown, asked: Asked): void => {
    const { path } = asked;
    const correlationId = correlationIdOf(response);
    const refusal = dialect.refusalOf(error, asked);
    if (refusal === undefined) log.error({ correlationId, path, err: error }, 'a request failed');
    else log.debug({ correlationId, path, ...dialect.told(refusal) }, 'a request was refused');
    dialect.refuse(response, refusal ?? dialect.unforeseen);
  };

  const sentTo = async (
    operation: Operation<Access, Answer>,
    params: object,
    caller: Caller,
    request: Request,
    response: Response,
  ): Promise<Sent> => {
    if (operation.method === 'GET') request.body = {};
    else {
      await parsed(caller.actor !== undefined || operation.large ? parseBody : parseStrangers, request, response);
    }
    const sent = { params, query: { ...request.query }, body: request.body as unknown };
    const read = (await dialect.read?.(operation, sent, { caller, request })) ?? sent;
    // What is kept of the body beside what the operation does, such as an idempotency key's hash, is made of the same.
    request.body = read.body;
    return read;
  };

  const serve = async (request: Request, response: Response): Promise<void> => {
    let asked: Asked = { path: request.path };
    try {
      const found = routes.find(request.method, request.path);
      if (found === undefined || 'allowed' in found) {
        await dialect.unserved(request, response);
        return;
      }
      const operation = found.target;
      const { path, access, reads, Params, Query, Body, handle } = operation;
      const name = nameOf(operation);
      asked = { path: name };
      // Who may not call learns nothing of what a right body would be.
      const caller = await admitted(callerRates, request, dialect.callers.of(request, access));
      if (caller.actor !== undefined) asked = { path: name, by: caller.actor.id };
      const sent = await sentTo(operation, found.params, caller, request, response);
      const params = await fitting(Params, sent.params, 'path');
      const query = await fitting(Query, sent.query, 'query');
      const body = await fitting(Body, sent.body, 'body');
      if (reads && caller.actor !== undefined) await ownWrites.shown(caller.tenant, caller.actor.id);
      const call: Call = {
        params,
        query,
        body,
        caller,
        request,
        path,
        name,
        via: `${dialect.name}:${name}`,
        target: targetOf(operation, params, query),
        requestRef: dialect.requestRefOf?.(request),
        correlationId: correlationIdOf(response),
      };
      dialect.answer(response, await handle(call));
    } catch (error) {
      refuse(response, error, asked);
    }
  };

  return (request, response, next) => {
    if (request.method === 'OPTIONS' && dialect.options !== undefined) dialect.options(response);
    else serve(request, response).catch(next);
  };
}

function routesOf<Access extends string, Answer>(
  { paths, prefixes = [''] }: Pick<Dialect<Access, Answer, object>, 'paths' | 'prefixes'>,
  operations: readonly Operation<Access, Answer>[],
): Routes<Operation<Access, Answer>> {
  const routes = new Routes<Operation<Access, Answer>>(paths);
  for (const operation of operations) {
    for (const { method, path } of [operation, ...operation.also]) {
      for (const prefix of prefixes) routes.add(method, prefix + path, operation);
    }
  }
  return routes;
}

/** Clients send more than an API knows. */
const fitting = (Dto: DtoClass, sent: unknown, where: InputInvalid['where']): Promise<object> =>
  Dto === Nothing ? Promise.resolve({}) : checked(Dto, sent, where, { unknown: 'leftOut' });

/** Parameters and query in the order of their classes, not in that of the request. */
function targetOf(operation: Operation<string, unknown>, ...parts: readonly object[]): string {
  const said = parts.filter((part) => Object.keys(part).length > 0).map((part) => JSON.stringify(part));
  return [nameOf(operation), ...said].join(' ');
}
