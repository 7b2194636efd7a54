import type { Request, RequestHandler } from 'express';
import { jsonBody } from '../../http/body.js';
import { type Dialect, serving, type Serving } from '../shared/dialect.js';
import { sendJson } from '../shared/json-answer.js';
import { type Envelope, succeeded } from './envelope.js';
import { refusalOf, UNFORESEEN } from './errors.js';
import type { Gateway } from './gateway.js';
import { type Access, type Answer, SERVICE } from './operation.js';
import { TencentRefused } from './refused.js';

/** 001's API: HTTP 200 and the envelope, whatever is asked. */
export function tencentApi({
  gateway,
  ...served
}: Serving<Access, Answer> & { readonly gateway: Gateway }): RequestHandler {
  const dialect: Dialect<Access, Answer, Envelope> = {
    name: 'tencent',
    callers: gateway,
    bodies: (limit) => jsonBody({ anyType: true, limit }),
    refusalOf,
    unforeseen: UNFORESEEN,
    told: ({ ErrorCode }) => ({ errorCode: ErrorCode }),
    answer: (response, answer) => {
      sendJson(response, succeeded(answer));
    },
    refuse: sendJson,
    unserved: (request) => unserved(request, gateway),
  };
  return serving(dialect, served);
}

/** Which commands there are learns only who may call them. */
async function unserved(request: Request, gateway: Gateway): Promise<void> {
  if (request.method !== 'POST') throw new TencentRefused('malformedUrl', 'commands are sent by POST');
  if (!request.path.startsWith(`${SERVICE}/`)) throw new TencentRefused('noSuchResource');
  await gateway.of(request);
  throw new TencentRefused('noSuchCommand');
}
