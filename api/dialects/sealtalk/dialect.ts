import type { RequestHandler } from 'express';
import { jsonBody } from '../../http/body.js';
import { type Callers, type Dialect, type Serving, serving } from '../shared/dialect.js';
import { type Answer, answer, refuse, type Refusal } from './answer.js';
import { refusalOf, UNFORESEEN } from './errors.js';
import type { Access } from './operation.js';

export interface SealtalkOptions extends Serving<Access, Answer> {
  readonly callers: Callers<Access>;
}

const NOT_FOUND: Refusal = { status: 404, text: 'Not found.' };

/** 004's API: HTTP statuses with plain text, and some refusals as codes with HTTP 200. */
export function sealtalkApi({ callers, ...operations }: SealtalkOptions): RequestHandler {
  const dialect: Dialect<Access, Answer, Refusal> = {
    name: 'sealtalk',
    paths: { anyCase: true, looseSlashes: true },
    callers,
    bodies: (limit) => jsonBody({ anyType: true, limit }),
    refusalOf,
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
