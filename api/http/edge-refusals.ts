import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import { newId } from '../../application/new-id.js';
import { failed } from '../dialects/openim/envelope.js';
import type { CodeName } from '../dialects/openim/codes.js';
import { correlationIdOf, CORRELATION_HEADER } from './messages.js';

/** Which API a server has, where its refusals have to say it before any API has seen the request. */
export interface Edge {
  /** 003's API has the root to itself. */
  readonly openimOnly: boolean;
}

interface Refusal {
  readonly status: number;
  readonly title: string;
  readonly openim: CodeName;
  readonly retryAfter?: number;
}

/** What is refused before it reaches an API. */
export const edgeRefusals = {
  MalformedRequest: { status: 400, title: 'This is no HTTP request', openim: 'ArgsError' },
  HostMissing: { status: 400, title: 'The request has no header `Host`', openim: 'ArgsError' },
  RequestTimeout: { status: 408, title: 'The request did not arrive in time', openim: 'ArgsError' },
  ExpectationFailed: { status: 417, title: 'Nothing can be expected here but 100-continue', openim: 'ArgsError' },
  HeadersTooLarge: { status: 431, title: "The request's head is too large", openim: 'ArgsError' },
  TooManyConnections: {
    status: 503,
    title: 'There are too many connections; nothing was written',
    openim: 'ServerInternalError',
    retryAfter: 1,
  },
  TooManyOpenRequests: {
    status: 503,
    title: 'Too many requests are being answered; nothing was written',
    openim: 'ServerInternalError',
    retryAfter: 1,
  },
} as const satisfies Readonly<Record<string, Refusal>>;

export type EdgeRefusal = keyof typeof edgeRefusals;

/** 003's prefix; at the root of its own port it is everything. */
const OPENIM = /^\/openim(\/|\?|$)/;

/** The answer in the shape of the API that was asked. A server refuses with HTTP's own status, whichever API it is. */
function shaped(code: EdgeRefusal, path: string, { openimOnly }: Edge, correlationId: string) {
  const { status, title, openim, retryAfter }: Refusal = edgeRefusals[code];
  const isOpenim = openimOnly || OPENIM.test(path);
  const body = isOpenim
    ? failed(openim, title)
    : { type: `urn:parley:problem:${code}`, title, status, code, correlationId };
  return {
    status,
    headers: {
      'Content-Type': isOpenim ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8',
      'Cache-Control': 'no-store',
      Connection: 'close',
      ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter.toString() }),
    },
    text: JSON.stringify(body),
  };
}

/** Closes the connection when it has been read. */
export function answerRefusal(code: EdgeRefusal, request: IncomingMessage, response: ServerResponse, edge: Edge): void {
  const { status, headers, text } = shaped(code, request.url ?? '/', edge, correlationIdOf(response));
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

/** The same as bytes, where there is no response to write to. */
export function rawRefusal(code: EdgeRefusal, path: string, edge: Edge): string {
  const correlationId = newId();
  const { status, headers, text } = shaped(code, path, edge, correlationId);
  const lines = [
    `HTTP/1.1 ${status.toString()} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `${CORRELATION_HEADER}: ${correlationId}`,
    `Content-Length: ${Buffer.byteLength(text).toString()}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}
