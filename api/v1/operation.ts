import type { Request, Response } from 'express';
import type { TObject, TSchema } from 'typebox';
import type { DtoClass } from '../http/validation.js';
import type { Caller } from './caller.js';
import type { Shown } from './schemas/types.js';

/** What an operation's handler is given: everything is checked before it runs. */
export interface Invocation<Path, Query, Body> {
  readonly path: Path;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  readonly request: Request;
  readonly response: Response;
}

/** What it answers. `body` undefined means 204 or a status without content. */
export interface Reply<Body extends object = object> {
  readonly status: number;
  readonly body?: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Tag =
  | 'Users'
  | 'Groups'
  | 'Members'
  | 'Invitations'
  | 'Join requests'
  | 'Own groups'
  | 'Friends'
  | 'Conversations'
  | 'History';

/** `history`: an auditor; an app admin only in a tenant that has no auditors. */
export type Access = 'public' | 'user' | 'appAdmin' | 'auditor' | 'history';

/** A command's success and a query's; a `Schema` is what its body must be. */
export interface Success<Schema extends TSchema = TSchema> {
  readonly status: number;
  readonly description: string;
  readonly Schema?: Schema;
  /** Whether the answer has the ETag of a user or group. */
  readonly etag?: boolean;
  /** Whether the answer says where the thing made is. */
  readonly location?: boolean;
}

/**
 * One operation of `/v1`, declared once: the router mounts it, and OpenAPI is made from the same declaration, so the
 * document can't say anything else than what is served.
 */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form, below `/v1`: `/groups/{groupId}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: Tag;
  readonly access: Access;
  /** True for commands: they take Idempotency-Key and, where the target has a revision, If-Match. */
  readonly command: boolean;
  readonly ifMatch: boolean;
  /** Whether it asks for `Parley-Admin-Secret` where an app admin's id is named. */
  readonly adminSecret: boolean;
  /** Tells all that is held of a person: that somebody else than he asked is kept. */
  readonly personal: boolean;
  readonly Path?: DtoClass;
  readonly Query?: DtoClass;
  readonly Body?: DtoClass;
  /** Whether a body must be sent; a body class with only optional members may be left out. */
  readonly bodyOptional: boolean;
  readonly success: Success;
  /** What a repeat is answered with, where that is told apart: the same body with another status. */
  readonly repeated?: Pick<Success, 'status' | 'description'>;
  /** Problem kinds this operation may answer beside those of every operation. */
  readonly problems: readonly string[];
  readonly handle: (invocation: Invocation<object, object, object>) => Promise<Reply>;
}

interface Declaration<Path extends object, Query extends object, Body extends object, Schema extends TSchema>
  extends
    Partial<
      Pick<
        Operation,
        'description' | 'command' | 'ifMatch' | 'adminSecret' | 'personal' | 'bodyOptional' | 'repeated' | 'problems'
      >
    >,
    Pick<Operation, 'method' | 'path' | 'operationId' | 'summary' | 'tag' | 'access'> {
  readonly success: Success<Schema>;
  readonly Path?: DtoClass<Path>;
  readonly Query?: DtoClass<Query>;
  readonly Body?: DtoClass<Body>;
  readonly handle: (invocation: Invocation<Path, Query, Body>) => Promise<Reply<Shown<Schema> & object>>;
}

class Nothing {}

/** Declares an operation; the classes given are the types that its handler sees, the schema is the type that it answers. */
export function operation<
  Schema extends TSchema = TObject,
  Path extends object = Nothing,
  Query extends object = Nothing,
  Body extends object = Nothing,
>(declaration: Declaration<Path, Query, Body, Schema>): Operation {
  const { handle, ...rest } = declaration;
  return {
    command: declaration.method !== 'get',
    ifMatch: false,
    adminSecret: false,
    personal: false,
    bodyOptional: false,
    problems: [],
    ...rest,
    // The router checks path, query and body against these very classes before it calls.
    handle: (invocation) => handle(invocation as Invocation<Path, Query, Body>),
  };
}
