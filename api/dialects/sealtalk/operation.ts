import { type Declaration, declared, type Nothing, type Operation as Shared } from '../shared/operation.js';
import type { Answer } from './answer.js';

/** `public`: nobody is asked who he is; `session`: he has the cookie that login sets. */
export type Access = 'public' | 'session';

export type Operation = Shared<Access, Answer>;

type Declared<Body extends object, Query extends object, Params extends object> = Declaration<
  Access,
  Answer,
  Body,
  Query,
  Params
>;

/** One operation of 004; mostly with a session. */
export const operation = <
  Body extends object = Nothing,
  Query extends object = Nothing,
  Params extends object = Nothing,
>(
  declaration: Omit<Declared<Body, Query, Params>, 'access'> & Partial<Pick<Declared<Body, Query, Params>, 'access'>>,
): Operation => declared({ access: 'session', ...declaration });
