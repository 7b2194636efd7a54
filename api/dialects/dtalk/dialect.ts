import type { RequestHandler } from 'express';
import { jsonBody, rawBodyOf } from '../../http/body.js';
import { type Dialect, type From, type Sent, serving, type Serving } from '../shared/dialect.js';
import { decoded } from '../shared/go-decoding.js';
import { sendJson } from '../shared/json-answer.js';
import { integer } from '../shared/lossless-json.js';
import type { Callers } from './caller.js';
import { type Envelope, notFound, succeeded } from './envelope.js';
import { refusalOf, UNFORESEEN } from './errors.js';
import { readJson } from './json.js';
import type { Access, Answer, Operation } from './operation.js';

/** The service's own paths, as it is reached through its gateway, and as the published text writes some of them. */
export const PREFIXES = ['', '/app', '/group', '/group/app'] as const;

/** 002's API: HTTP 200 and the envelope, save where nothing is served. */
export function dtalkApi({
  callers,
  ...served
}: Serving<Access, Answer> & { readonly callers: Callers }): RequestHandler {
  const dialect: Dialect<Access, Answer, Envelope> = {
    name: 'dtalk',
    prefixes: PREFIXES,
    callers,
    bodies: (limit) => jsonBody({ anyType: true, limit }),
    read,
    refusalOf,
    unforeseen: UNFORESEEN,
    told: ({ result }) => ({ result }),
    answer: (response, answer) => {
      sendJson(response, succeeded(answer));
    },
    refuse: sendJson,
    unserved: (_request, response) => {
      notFound(response);
    },
  };
  return serving(dialect, served);
}

/** The body again, from its text, without loss; of what is asked by GET, the query says the same. */
function read({ Body }: Operation, sent: Sent, { request }: From): Sent {
  const raw = rawBodyOf(request);
  const body = raw === undefined || raw.length === 0 ? {} : readJson(raw.toString('utf8'));
  const all = request.method === 'GET' && isObject(body) ? { ...asked(sent.query), ...body } : body;
  return { ...sent, body: decoded(Body, all) };
}

/** Of a query's texts, `id` is a number. */
function asked(query: unknown): object {
  if (!isObject(query)) return {};
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      name.toLowerCase() === 'id' && typeof value === 'string' ? integer(value) : value,
    ]),
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
