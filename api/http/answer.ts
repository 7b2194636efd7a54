import type { ServerResponse } from 'node:http';
import { jsonBytesOfLong } from './json-bytes.js';

/**
 * Answers with JSON, head and body in one write. Express's `response.json` does the same header by header, with a look
 * for conditional requests that only what is read needs.
 */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = jsonBytesOfLong(body) ?? JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
