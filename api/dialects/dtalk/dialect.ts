import type { RequestHandler } from 'express';
import { jsonBody } from '../../http/body.js';
import { type Callers, type Dialect, type Serving, serving } from '../shared/dialect.js';
import { decoded } from '../shared/go-decoding.js';
import { type Envelope, failed, notFound, send, succeeded } from './envelope.js';
import type { Access, Answer } from './operation.js';

export interface DtalkOptions extends Serving<Access, Answer> {
  readonly callers: Callers<Access>;
}

/** 002's API: every answer, refusals too, is HTTP 200 with the envelope. Only what isn't served at all is 404. */
export function dtalkApi({ callers, ...operations }: DtalkOptions): RequestHandler {
  const dialect: Dialect<Access, Answer, Envelope> = {
    name: 'dtalk',
    prefixes: ['', '/app', '/group', '/group/app'],
    callers,
    bodies: (limit) => jsonBody({ anyType: true, limit }),
    read: ({ Body }, { body, ...rest }) => ({ ...rest, body: decoded(Body, body) }),
    refusalOf: () => undefined,
    unforeseen: failed('inner'),
    told: ({ result }) => ({ result }),
    answer: (response, data = {}) => {
      send(response, succeeded(data));
    },
    refuse: send,
    unserved: (_request, response) => {
      notFound(response);
    },
  };
  return serving(dialect, operations);
}
