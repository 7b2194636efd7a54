import type { ServerResponse } from 'node:http';
import { writeJson } from './lossless-json.js';

/** An answer by HTTP 200, as those have whose envelope says all; integers beyond 2^53 are bigints. */
export function sendJson(response: ServerResponse, answer: object): void {
  const text = writeJson(answer);
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}
