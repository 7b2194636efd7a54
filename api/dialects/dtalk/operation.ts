import { declared, type Declaration, type Nothing, type Operation as Shared, type Place } from '../shared/operation.js';

/** Every operation is for who shows a signature. */
export type Access = 'signed';

/** An answer's `data`. */
export type Answer = object;

export type Operation = Shared<Access, Answer>;

type Declared<Body extends object> = Declaration<Access, Answer, Body, Nothing, Nothing>;

/** One operation of 002: POST at a path of its own. */
export const operation = <Body extends object>(declaration: Omit<Declared<Body>, 'method' | 'access'>): Operation =>
  declared({ method: 'POST', access: 'signed', ...declaration });

/** One that says all by its path: whatever body comes with it isn't read. */
export const asked = (declaration: Omit<Declared<Nothing>, 'access'>): Operation =>
  declared({ access: 'signed', ...declaration });

/** A path that the published text has and the original never served: PUT, as it says, or POST like all others. */
export const published = (path: Place['path']): Place[] => [
  { method: 'PUT', path },
  { method: 'POST', path },
];
