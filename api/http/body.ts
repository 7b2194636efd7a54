import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { IncomingMessage } from 'node:http';

/** Room for any command of one append's size and no more; above it the body is refused unread. */
export const MAX_BODY_BYTES = 512 * 1024;

const rawBodies = new WeakMap<IncomingMessage, Buffer>();

/** What a body must be refused for before it is parsed; Express hands it to the API's error handler. */
export class UnsupportedBody extends Error {
  override readonly name = 'UnsupportedBody';
  readonly status = 415;
}

/**
 * JSON bodies in UTF-8; a body without a content type is taken for JSON, with `anyType` every body is. The bytes are kept for the idempotency key's body
 * hash.
 */
export function jsonBody({ anyType = false }: { readonly anyType?: boolean } = {}): RequestHandler {
  const parse = express.json({
    limit: MAX_BODY_BYTES,
    // What is JSON but no object is told so by the check of its class.
    strict: false,
    type: () => true,
    verify: (request, _response, bytes) => {
      if (!isUtf8(bytes)) throw new UnsupportedBody('the body is not UTF-8');
      rawBodies.set(request, bytes);
    },
  });
  return (request, response, next) => {
    const type = request.get('content-type');
    const hasBody =
      request.headers['transfer-encoding'] !== undefined || Number(request.get('content-length') ?? 0) > 0;
    if (!anyType && hasBody && type !== undefined && !/^application\/([^;\s]+\+)?json\s*(;|$)/i.test(type)) {
      next(new UnsupportedBody(`${type} is not JSON`));
      return;
    }
    parse(request, response, next);
  };
}

/** Lets the parser read the body. Rejects with what it refuses the body for. */
export const parsed = (parse: RequestHandler, request: Request, response: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    void parse(request, response, (error: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the body could not be read', { cause: error }));
    });
  });

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
