import type { Request } from 'express';
import type { Actor } from '../../../domain/shared/actor.js';
import type { DtoClass } from '../../http/validation.js';

/** Who calls, as far as he has proved it. */
export interface Caller {
  readonly tenant: string;
  /** undefined where none was asked for, and none was named. */
  readonly actor: Actor | undefined;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Where an operation is to be found. */
export interface Place {
  readonly method: Method;
  /** Below the API's mount; a parameter stands in braces: `/group/{id}/members`. */
  readonly path: `/${string}`;
}

/** What a handler is given: everything is checked before it runs. */
export interface Call<Body = object, Query = object, Params = object> {
  readonly body: Body;
  readonly query: Query;
  /** Of the path. */
  readonly params: Params;
  readonly caller: Caller;
  readonly request: Request;
  /** The operation's own, wherever it was found, `/group/{id}/members`. */
  readonly path: Place['path'];
  /** Tells the dialect's operations apart: `/group/kick_group`, `DELETE /group/fav`. */
  readonly name: string;
  /** API and operation, `openim:/group/kick_group`. */
  readonly via: string;
  /** The operation with the parameters of its path and its query: what makes two requests the same beside their bodies. */
  readonly target: string;
  /** The caller's own id of the request, as sent. */
  readonly requestRef: string | undefined;
  readonly correlationId: string;
}

/**
 * One operation of a dialect, declared once. `Access` is what it asks of the caller, in the dialect's words, and `Answer`
 * what its handlers give, which the dialect writes.
 */
export interface Operation<Access extends string, Answer> extends Place {
  /** Where it is to be found as well: it is the same operation there, under the same idempotency key. */
  readonly also: readonly Place[];
  readonly access: Access;
  /** Answered from the lists: these show what the caller himself wrote last, by whichever API. */
  readonly reads: boolean;
  readonly Params: DtoClass;
  readonly Query: DtoClass;
  /** What GET sends isn't read. */
  readonly Body: DtoClass;
  /** A large body is taken of a stranger as well: who calls is shown in it. */
  readonly large: boolean;
  readonly handle: (call: Call) => Promise<Answer>;
}

/** What is said of an operation; `also` is none, `reads` and `large` are false, and a class has no members, where nothing is said. */
export interface Declaration<
  Access extends string,
  Answer,
  Body extends object,
  Query extends object,
  Params extends object,
>
  extends Place, Partial<Pick<Operation<Access, Answer>, 'also' | 'reads' | 'large'>> {
  readonly access: Access;
  readonly Params?: DtoClass<Params>;
  readonly Query?: DtoClass<Query>;
  readonly Body?: DtoClass<Body>;
  readonly handle: (call: Call<Body, Query, Params>) => Promise<Answer>;
}

export class Nothing {}

/** Declares an operation; the classes given are the types that its handler sees. */
export function declared<
  Access extends string,
  Answer,
  Body extends object = Nothing,
  Query extends object = Nothing,
  Params extends object = Nothing,
>({ handle, ...rest }: Declaration<Access, Answer, Body, Query, Params>): Operation<Access, Answer> {
  return {
    also: [],
    reads: false,
    large: false,
    Params: Nothing,
    Query: Nothing,
    Body: Nothing,
    ...rest,
    // The router checks what was sent against these very classes before it calls.
    handle: (call) => handle(call as Call<Body, Query, Params>),
  };
}

/** `/group/kick_group`, `DELETE /group/fav`: what every dialect mostly has goes without saying. */
export const nameOf = ({ method, path }: Place): string => (method === 'POST' ? path : `${method} ${path}`);
