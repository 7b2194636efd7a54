import type { RequestHandler } from 'express';
import { jsonBody } from '../../http/body.js';
import { CallerUnknown } from '../shared/context.js';
import { type Callers, type Dialect, type Serving, serving } from '../shared/dialect.js';
import { type Answer, answer, refuse, type Refusal } from './answer.js';
import type { Access } from './operation.js';

export interface SealtalkOptions extends Serving<Access, Answer> {
  readonly callers: Callers<Access>;
}

const NOT_LOGGED_IN: Refusal = { status: 403, text: 'Not loged in.', cacheControl: false };
const NOT_FOUND: Refusal = { status: 404, text: 'Not found.' };
const UNFORESEEN: Refusal = { status: 500, text: 'Server error.' };

/** 004's API: HTTP statuses with plain text, and some refusals as codes with HTTP 200. */
export function sealtalkApi({ callers, ...operations }: SealtalkOptions): RequestHandler {
  const dialect: Dialect<Access, Answer, Refusal> = {
    name: 'sealtalk',
    paths: { anyCase: true, looseSlashes: true },
    callers,
    bodies: (limit) => jsonBody({ anyType: true, limit }),
    refusalOf: (error) => (error instanceof CallerUnknown ? NOT_LOGGED_IN : undefined),
    unforeseen: UNFORESEEN,
    told: (refusal) => refusal,
    answer,
    refuse,
    // Who may call is asked first, there too.
    unserved: async (request, response) => {
      await callers.of(request, 'session');
      refuse(response, NOT_FOUND);
    },
  };
  return serving(dialect, operations);
}
