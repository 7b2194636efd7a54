import type { RequestHandler } from 'express';
import { jsonBody } from '../../http/body.js';
import { type Callers, type Dialect, type Serving, serving } from '../shared/dialect.js';
import { type Answer, answer, refuse, type Refusal } from './answer.js';
import { refusalOf, texts, UNFORESEEN } from './errors.js';
import type { Access } from './operation.js';
import { refused, refuseText } from './refused.js';

export interface SealtalkOptions extends Serving<Access, Answer> {
  readonly callers: Callers<Access>;
}

const NOT_FOUND: Refusal = { status: 404, text: 'Not found.' };

/** What has no fields is no body of any operation, also of those that read none; and this name is no field's. */
function refuseNoFields(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuseText(400, 'The body is not a JSON object.');
  }
  if (Object.hasOwn(body, '__proto__')) refused(texts.illegalParameter);
}

/** 004's API: HTTP statuses with plain text, and some refusals as codes with HTTP 200. */
export function sealtalkApi({ callers, ...operations }: SealtalkOptions): RequestHandler {
  const dialect: Dialect<Access, Answer, Refusal> = {
    name: 'sealtalk',
    paths: { anyCase: true, looseSlashes: true },
    callers,
    bodies: (limit) => jsonBody({ anyType: true, limit }),
    read: (_operation, sent) => {
      refuseNoFields(sent.body);
      return sent;
    },
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
