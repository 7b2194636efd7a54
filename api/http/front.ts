import { constants } from 'node:zlib';
import compression from 'compression';
import cors from 'cors';
import type { Request, RequestHandler } from 'express';
import { CORRELATION_HEADER } from './messages.js';

/** Whose pages may call: those of any origin, or of these, `https://app.example.org`. None: only those of our own origin. */
export type CorsOrigins = '*' | readonly string[];

/** What a page may read of an answer beside its body. */
const EXPOSED = [
  'ETag',
  'Location',
  'Retry-After',
  'Idempotent-Replayed',
  'Allow',
  'WWW-Authenticate',
  CORRELATION_HEADER,
];

/** For how long a browser need not ask again, seconds. */
const PREFLIGHT_AGE = 7_200;

/**
 * Answers browsers that ask whether a page of another origin may call, for every API alike and without a token, which they
 * don't send. An origin that is named hears so with credentials, and the headers it asked for by name; `*` goes without.
 */
export function corsFor(origins: CorsOrigins): RequestHandler {
  if (origins.length === 0) {
    return (_request, _response, next) => {
      next();
    };
  }
  const anyone = origins === '*';
  const answer = cors({
    origin: anyone ? '*' : [...origins],
    credentials: !anyone,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_AGE,
    optionsSuccessStatus: 204,
  });
  return (request, response, next) => {
    // Without that question OPTIONS asks what the resource is, not whether a page may call.
    if (request.method === 'OPTIONS' && !isPreflight(request)) next();
    else answer(request, response, next);
  };
}

const isPreflight = (request: Request): boolean =>
  request.headers.origin !== undefined && request.headers['access-control-request-method'] !== undefined;

/** Shorter answers fit into one packet as they are, bytes. */
const WORTH_ZIPPING = 1_024;

/**
 * gzip for whoever takes it. With a window of 8 KiB: pages hardly grow by it, and an answer that nobody reads holds 64 KiB
 * instead of 260.
 */
export function zipped(): RequestHandler {
  const zip = compression({
    threshold: WORTH_ZIPPING,
    windowBits: 13,
    memLevel: 6,
    // The fastest levels win nearly all there is to win.
    level: 3,
    brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 13 } },
  });
  return (request, response, next) => {
    if (request.headers['accept-encoding'] === undefined) next();
    else zip(request, response, next);
  };
}
