import { type Declaration, declared, type Nothing, type Operation as Shared } from '../shared/operation.js';

/** Every operation of 002 asks for a signature. */
export type Access = 'signature';

/** An answer's `data`, undefined where it has no fields. */
export type Answer = object | undefined;

export type Operation = Shared<Access, Answer>;

type Declared<Body extends object> = Declaration<Access, Answer, Body, Nothing, Nothing>;

/** One operation of 002: POST, and PUT where `also` says so. Its path is told without `/group` and `/app`, which may stand before it. */
export const operation = <Body extends object>(declaration: Omit<Declared<Body>, 'method' | 'access'>): Operation =>
  declared({ method: 'POST', access: 'signature', ...declaration });
