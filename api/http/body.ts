import { createHash } from 'node:crypto';
import express, { type RequestHandler } from 'express';
import type { IncomingMessage } from 'node:http';

/** Room for any command of one append's size and no more; above it the body is refused unread. */
export const MAX_BODY_BYTES = 512 * 1024;

const rawBodies = new WeakMap<IncomingMessage, Buffer>();

/** JSON bodies, whatever their content type says; the bytes are kept for the idempotency key's body hash. */
export function jsonBody(): RequestHandler {
  return express.json({
    limit: MAX_BODY_BYTES,
    type: () => true,
    verify: (request, _response, bytes) => {
      rawBodies.set(request, bytes);
    },
  });
}

/** sha-256 over what makes two requests the same: the target and the body's bytes. */
export function requestHash(request: IncomingMessage, target: string): string {
  return createHash('sha256')
    .update(target)
    .update('\n')
    .update(rawBodies.get(request) ?? '')
    .digest('base64url');
}
