import type { RequestHandler } from 'express';
import { jsonBody } from '../../http/body.js';
import { type Dialect, type Serving, serving } from '../shared/dialect.js';
import { decoded } from '../shared/go-decoding.js';
import type { Access, Callers } from './caller.js';
import { type Envelope, failed, NO_STORE, send, succeeded } from './envelope.js';
import { refusalOf, UNFORESEEN } from './errors.js';
import type { Answer } from './operation.js';

export interface OpenimOptions extends Serving<Access, Answer> {
  readonly callers: Callers;
}

/** 003's API: every answer, refusals too, is HTTP 200 with the envelope. Only what isn't served at all is 404. */
export function openimApi({ callers, ...operations }: OpenimOptions): RequestHandler {
  const dialect: Dialect<Access, Answer, Envelope> = {
    name: 'openim',
    callers,
    bodies: (limit) => jsonBody({ anyType: true, limit }),
    read: ({ Body }, { body, ...rest }) => ({ ...rest, body: decoded(Body, body) }),
    refusalOf,
    unforeseen: UNFORESEEN,
    told: ({ errCode }) => ({ errCode }),
    answer: (response, data) => {
      send(response, succeeded(data));
    },
    refuse: send,
    unserved: (_request, response) => {
      send(response, failed('OperationNotFoundError', 'there is no such operation; all are POST'), 404);
    },
    options: (response) => {
      response.status(200).set(NO_STORE).json('Options Request!');
    },
    // Only recorded: real clients send constants.
    requestRefOf: (request) => request.get('operationid'),
  };
  return serving(dialect, operations);
}
