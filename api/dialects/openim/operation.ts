import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { actorOf } from '../shared/context.js';
import {
  type Caller,
  type Declaration,
  declared,
  type Nothing,
  type Operation as Shared,
} from '../shared/operation.js';
import type { Access } from './caller.js';
import { OpenimRefused } from './errors.js';

/** An answer's `data`, undefined where it has no fields. */
export type Answer = object | undefined;

export type Operation = Shared<Access, Answer>;

type Declared<Body extends object> = Declaration<Access, Answer, Body, Nothing, Nothing>;

/** One operation of 003: always POST, and mostly with a token. */
export const operation = <Body extends object>(
  declaration: Omit<Declared<Body>, 'method' | 'access'> & Partial<Pick<Declared<Body>, 'access'>>,
): Operation => declared({ method: 'POST', access: 'token', ...declaration });

/** "access": the user himself, or an app admin (docs/rules.md D1). @throws OpenimRefused 1002 */
export function requireAccess(caller: Caller, userId: string): void {
  const actor = actorOf(caller);
  if (actor.id !== userId && !hasAdminPowers(actor)) {
    throw new OpenimRefused('NoPermissionError', 'only the user himself or an app admin may do this');
  }
}

/** @throws OpenimRefused 1002 */
export function requireAdmin(caller: Caller): void {
  if (!hasAdminPowers(actorOf(caller))) throw new OpenimRefused('NoPermissionError', 'only an app admin may do this');
}
