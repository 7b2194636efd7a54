import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { IncomingMessage } from 'node:http';
import { beyondBounds, type JsonBounds } from './json-bounds.js';
import { InputInvalid } from './validation.js';

/** Room for any command of one append's size and no more; above it the body is refused unread. */
export const MAX_BODY_BYTES = 512 * 1024;

/** Of a caller who has shown no token: room for a registration with all its texts. */
export const MAX_STRANGERS_BODY_BYTES = 16 * 1024;

/** Some more than any body of any API that is right: lists end at 1,000 items, and the check of a class names those first. */
const BODY_BOUNDS: JsonBounds = { depth: 17, members: 256, items: 2_000, values: 25_000 };

const rawBodies = new WeakMap<IncomingMessage, Buffer>();

/** What a body must be refused for before it is parsed; Express hands it to the API's error handler. */
export class UnsupportedBody extends Error {
  override readonly name = 'UnsupportedBody';
  readonly status = 415;
}

export interface BodyOptions {
  /** Whatever type is said, it is taken for JSON. Default false. */
  readonly anyType?: boolean;
  /** Bytes, default `MAX_BODY_BYTES`. */
  readonly limit?: number;
}

/**
 * JSON bodies in UTF-8; a body without a content type is taken for JSON, with `anyType` every body is. The bytes are kept for the idempotency key's body
 * hash.
 */
export function jsonBody({ anyType = false, limit = MAX_BODY_BYTES }: BodyOptions = {}): RequestHandler {
  const parse = express.json({
    limit,
    // What is JSON but no object is told so by the check of its class.
    strict: false,
    type: () => true,
    verify: (request, _response, bytes) => {
      if (!isUtf8(bytes)) throw new UnsupportedBody('the body is not UTF-8');
      const detail = beyondBounds(bytes, BODY_BOUNDS);
      if (detail !== undefined) throw new InputInvalid('body', [{ pointer: '', detail }]);
      rawBodies.set(request, bytes);
    },
  });
  return (request, response, next) => {
    const type = request.get('content-type');
    if (type !== undefined && NAMES_CHARSET.test(type)) {
      // RFC 8259: JSON is UTF-8, and the bounds are counted in its bytes. The parser knows it by its right name only.
      if (!IS_UTF8.test(type)) {
        next(new UnsupportedBody(`${type} is not UTF-8`));
        return;
      }
      request.headers['content-type'] = 'application/json; charset=utf-8';
    }
    const hasBody =
      request.headers['transfer-encoding'] !== undefined || Number(request.get('content-length') ?? 0) > 0;
    if (!anyType && hasBody && type !== undefined && !/^application\/([^;\s]+\+)?json\s*(;|$)/i.test(type)) {
      next(new UnsupportedBody(`${type} is not JSON`));
      return;
    }
    parse(request, response, next);
  };
}

const NAMES_CHARSET = /;\s*charset=/i;
const IS_UTF8 = /;\s*charset="?utf-?8"?\s*(;|$)/i;

/** Lets the parser read the body. Rejects with what it refuses the body for. */
export const parsed = (parse: RequestHandler, request: Request, response: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    void parse(request, response, (error: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the body could not be read', { cause: error }));
    });
  });

/** The body's bytes as they came; undefined: it was not read by `jsonBody`. */
export const rawBodyOf = (request: IncomingMessage): Buffer | undefined => rawBodies.get(request);

/** Whether anything was sent: an empty body is parsed to an empty object. */
export const wasSent = (request: IncomingMessage): boolean => (rawBodies.get(request)?.length ?? 0) > 0;

/** sha-256 over what makes two requests the same: the target and the body's bytes. */
export function requestHash(request: IncomingMessage, target: string): string {
  return createHash('sha256')
    .update(target)
    .update('\n')
    .update(rawBodies.get(request) ?? '')
    .digest('base64url');
}

/**
 * The same where the body has a secret in it. That one doesn't count: a fast hash of it, kept for a day beside what else
 * it was made of, could be tried out until it fits.
 */
export function requestHashWithout(secret: string, request: Request, target: string): string {
  const told = Object.entries(request.body as object).filter(([name]) => name !== secret);
  return createHash('sha256').update(target).update('\n').update(JSON.stringify(told)).digest('base64url');
}
